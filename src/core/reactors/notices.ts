import type { Event } from "../../contract/event.ts";
import { inboxOf, nameOf } from "../../contract/actor.ts";
import { waitingIn } from "../../contract/mail.ts";
import { held, revisionOf, type View } from "../../contract/view.ts";
import { aboutFiles } from "../changes/notices.ts";
import { appendPatiently } from "../append.ts";
import { systemEntry } from "../entry.ts";
import { noticeTo } from "../notice.ts";
import type { ReactorParts } from "./reactor.ts";

/** A crash can come between a change and its notice, not much later: so many events before the last are looked at again. */
const LOOKED_AT = 100;

/**
 * Tells agents what changed under them: rules, context they have read, files they work on. A notice is a message from the workspace
 * itself, with an id made from its cause, so that a crash can neither lose nor double it. While one about the same
 * thing is still unseen, no second one is sent. Resolves once what a crash cut short has been made up for.
 */
export async function sendNotices({ ledger, live, log }: ReactorParts, signal: AbortSignal): Promise<void> {
  const send = (cause: Event, view: View, about: string, content: string, inboxes: string[], part = ""): void => {
    const recipients = inboxes.flatMap((inbox) => {
      const agent = view.agents[inbox];
      const pending = waitingIn(view.messages, inbox).some(
        ({ from, content: text, deliveries }) =>
          from === "system" && text.startsWith(about) && deliveries[inbox]?.rung === "queued",
      );
      return agent?.live && inbox !== inboxOf(cause.actor) && !pending ? [{ inbox, name: agent.name }] : [];
    });
    if (recipients.length === 0) return;
    const id = `${cause.seq}${part}`;
    const fact = noticeTo(recipients, id, `${about} ${content}`.trimEnd());
    appendPatiently(ledger, systemEntry(fact, "notices", `notice/${id}`), signal).catch(
      (error: unknown) => !signal.aborted && log("A notice could not be sent", { about, error: String(error) }),
    );
  };

  /** Tells those who do not know the change yet, as far as `view` can tell. */
  const tell = (event: Event, view: View): void => {
    if (event.type === "rules.updated") {
      const { revision } = event.data;
      const behind = Object.values(view.agents).filter((agent) => agent.rules_revision < revision);
      send(
        event,
        view,
        "The rules of the workspace changed.",
        `They are at revision ${revision} now, by ${nameOf(event.actor)}. Read them with read_rules before you go on, and follow them.`,
        behind.map(({ id }) => id),
      );
    }
    if (event.type === "context.written" || event.type === "context.removed") {
      const { key, revision } = event.data;
      const what = event.type === "context.written" ? `It is at revision ${revision} now` : "It was removed";
      const readers = Object.entries(held(view.readers, key) ?? {}).filter(([, known]) => known < revision);
      send(
        event,
        view,
        `Shared context "${key}", which you have read, changed.`,
        `${what}, by ${nameOf(event.actor)}.`,
        readers.map(([inbox]) => inbox),
      );
    }
    for (const [at, { about, content, inboxes }] of aboutFiles(event, view).entries())
      send(event, view, about, content, inboxes, at === 0 ? "" : `-${at}`);
  };

  const view = live.current();
  for (const event of await ledger.read({ after: Math.max(0, view.seq - LOOKED_AT), limit: LOOKED_AT })) {
    if (isNewest(event, view)) tell(event, view);
  }
  live.watch(tell);
}

/** Whether what an event tells still holds: a change of rules or of a key that was overtaken needs no telling. */
function isNewest(event: Event, view: View): boolean {
  if (event.type === "rules.updated") return event.data.revision === view.rules.revision;
  if (event.type === "context.written" || event.type === "context.removed")
    return event.data.revision === revisionOf(view, event.data.key);
  return event.type.startsWith("files.");
}

import type { Event, Fact } from "../../contract/event.ts";
import { inboxOf, nameOf } from "../../contract/actor.ts";
import { held, type View } from "../../contract/view.ts";
import { append } from "../append.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";

/**
 * Tells agents what changed under them: rules, and context they have read. A notice is a message from the workspace
 * itself, with an id made from its cause, so that a crash can neither lose nor double it. While one about the same
 * thing is still unseen, no second one is sent.
 */
export function sendNotices(
  ledger: Ledger,
  live: LiveView,
  log: (message: string, details?: Record<string, unknown>) => void,
): void {
  const send = (cause: Event, view: View, about: string, content: string, inboxes: string[]): void => {
    const recipients = inboxes.flatMap((inbox) => {
      const agent = view.agents[inbox];
      const pending = view.messages.some(
        ({ from, content: text, deliveries }) =>
          from === "system" && text.startsWith(about) && deliveries[inbox]?.rung === "queued",
      );
      return agent?.live && inbox !== inboxOf(cause.actor) && !pending ? [{ inbox, name: agent.name }] : [];
    });
    if (recipients.length === 0) return;
    const fact: Fact = {
      type: "message.sent",
      data: {
        id: `n-${cause.seq}`,
        to: recipients.length === 1 ? (recipients[0]?.name ?? "all") : "all",
        content: `${about} ${content}`,
        recipients,
      },
    };
    append(ledger, { ...fact, id: `notice/${cause.seq}`, actor: { kind: "system" }, subject: "notices" }).catch(
      (error: unknown) => log("A notice could not be sent", { about, error: String(error) }),
    );
  };

  live.watch((event, view) => {
    if (event.type === "rules.updated") {
      const { revision } = event.data;
      send(
        event,
        view,
        "The rules of the workspace changed.",
        `They are at revision ${revision} now, by ${nameOf(event.actor)}. Read them with read_rules before you go on, and follow them.`,
        Object.keys(view.agents),
      );
    }
    if (event.type === "context.written" || event.type === "context.removed") {
      const { key, revision } = event.data;
      const what = event.type === "context.written" ? `It is at revision ${revision} now` : "It was removed";
      send(
        event,
        view,
        `Shared context "${key}", which you have read, changed.`,
        `${what}, by ${nameOf(event.actor)}.`,
        Object.keys(held(view.readers, key) ?? {}),
      );
    }
  });
}

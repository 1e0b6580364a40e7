import type { Event, Fact } from "../../contract/event.ts";
import type { View } from "../../contract/view.ts";
import { hasCode } from "../../contract/error.ts";
import { decide } from "../append.ts";
import { stillSnoozed } from "../attention.ts";
import type { ReactorParts } from "./reactor.ts";

/** What an agent does that a person who waits for something new wants to know of. What it merely read is not. */
const NEWS = new Set<Event["type"]>([
  "agent.announced",
  "agent.spawned",
  "message.sent",
  "context.written",
  "context.removed",
  "rules.updated",
]);
/** How long it waits before it tries again what could not be recorded. */
const AGAIN_MS = 5_000;

/**
 * Brings items back that were put aside: when their time has come, or their agent did something. What came due while no
 * server ran comes back with the next one. A new item of the agent takes the place of the old one by itself.
 */
export function wakeSnoozed({ ledger, live, now, newId, log }: ReactorParts, signal: AbortSignal): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lookIn = (ms: number): void => {
    clearTimeout(timer);
    if (!signal.aborted) timer = setTimeout(look, ms).unref();
  };
  const wake = (agent: string, item: string, until: string): void => {
    decide<Fact>(
      ledger,
      live.reached,
      { id: newId(), actor: { kind: "system" }, subject: `attention/${item}` },
      // Somebody may have woken it, or put it aside anew, in between.
      () => (stillSnoozed(live.current(), agent, item, until), { type: "attention.snoozed", data: { agent, item } }),
    ).catch((error: unknown) => {
      if (signal.aborted || hasCode(error, "conflict")) return;
      log("An item could not be brought back; it is tried again", { agent, item, error: String(error) });
      lookIn(AGAIN_MS);
    });
  };
  const look = (): void => {
    const timed = snoozedIn(live.current()).filter(({ until }) => until !== "news");
    const due = timed.filter(({ until }) => Date.parse(until) <= now());
    for (const { agent, item, until } of due) wake(agent, item, until);
    const next = Math.min(...timed.filter((one) => !due.includes(one)).map(({ until }) => Date.parse(until)));
    if (next < Infinity) lookIn(Math.max(0, next - now()));
  };
  const unwatch = live.watch((event, view) => {
    if (event.type === "attention.snoozed") return look();
    const by = newsOf(event);
    for (const { agent, item, until } of snoozedIn(view))
      if (agent === by && until === "news") wake(agent, item, until);
  });
  signal.addEventListener(
    "abort",
    () => {
      clearTimeout(timer);
      unwatch();
    },
    { once: true },
  );
  look();
}

/** The agent an event brings something new of, by its id. */
function newsOf(event: Event): string | undefined {
  if (event.type === "agent.status") return event.data.id;
  return event.actor.kind === "agent" && NEWS.has(event.type) ? event.actor.id : undefined;
}

function snoozedIn({ agents }: View): { agent: string; item: string; until: string }[] {
  return Object.values(agents).flatMap(({ id, attention }) =>
    attention?.snoozed === undefined ? [] : [{ agent: id, item: attention.id, until: attention.snoozed }],
  );
}

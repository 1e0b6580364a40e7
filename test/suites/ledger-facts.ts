import type { Actor } from "../../src/contract/actor.ts";
import type { Event } from "../../src/contract/event.ts";
import type { Appended, Entry } from "../../src/core/ports/ledger.ts";

/** What the tests' ledgers hold. */
export type TestFact =
  | { type: "note.written"; data: { text: string; extra?: unknown } }
  | { type: "note.removed"; data: { why: string } };

export const ADA: Actor = { kind: "agent", id: "a1", name: "ada" };
let made = 0;

/** An entry with an id of its own. */
export function note(text: string, more: { id?: string; subject?: string; extra?: unknown } = {}): Entry<TestFact> {
  const { id = `id-${++made}`, subject = "note/1", extra } = more;
  return { type: "note.written", data: { text, extra }, id, subject, actor: ADA };
}

export function removal(why: string, subject = "note/1"): Entry<TestFact> {
  return { type: "note.removed", data: { why }, id: `id-${++made}`, subject, actor: { kind: "human" } };
}

/** The event of an append that must have been written. */
export function written(appended: Appended<TestFact>): Event<TestFact> {
  if (appended.outcome !== "written")
    throw new Error(`Expected written, got ${appended.outcome}`, {
      cause: "cause" in appended ? appended.cause : undefined,
    });
  return appended.event;
}

/** The first `count` events of a tail. */
export async function collect(tail: AsyncIterable<Event<TestFact>>, count: number): Promise<Event<TestFact>[]> {
  const events: Event<TestFact>[] = [];
  for await (const event of tail) if (events.push(event) === count) break;
  return events;
}

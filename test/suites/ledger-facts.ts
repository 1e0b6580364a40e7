import type { Actor } from "../../src/contract/actor.ts";
import type { Entry } from "../../src/core/ports/ledger.ts";

/** What the tests' ledgers hold. */
export type TestFact = { type: "note.written"; data: { text: string; extra?: unknown } } | { type: "note.removed"; data: { why: string } };

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

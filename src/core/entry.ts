import type { Fact } from "../contract/event.ts";
import type { Entry } from "./ports/ledger.ts";

/** What the workspace itself records: a fact about `subject`, to be appended under `id`, a second time without effect. */
export function systemEntry(fact: Fact, subject: string, id: string): Entry<Fact> {
  return { ...fact, id, actor: { kind: "system" }, subject };
}

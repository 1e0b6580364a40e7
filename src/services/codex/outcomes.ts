import { setTimeout as sleep } from "node:timers/promises";
import type { Item, Question } from "./protocol.ts";

/** What was refused is over a few milliseconds after the answer; what goes on longer was allowed. */
const REFUSED_MS = 250;

/**
 * Tells what became of a permission. Codex takes the first answer and says only that there was one: when the person in
 * the terminal and the one here answer in the same instant, this shows whose it was.
 */
export class Outcomes {
  readonly #awaited = new Map<string, (refused: boolean) => void>();

  /**
   * Watches what a question is about, from before it is answered. Call the result once it was: it resolves with whether
   * the answer was a no; undefined for questions of which Codex does not tell.
   */
  watch(question: Question): () => Promise<boolean | undefined> {
    const item = itemOf(question);
    if (item === undefined) return () => Promise.resolve(undefined);
    const over = Promise.withResolvers<boolean>();
    this.#awaited.set(item, over.resolve);
    return async () => {
      const end = new AbortController();
      const goesOn = sleep(REFUSED_MS, false, { signal: end.signal });
      goesOn.catch(() => undefined);
      try {
        return await Promise.race([over.promise, goesOn]);
      } finally {
        end.abort();
        this.#awaited.delete(item);
      }
    };
  }

  /** An entry of the thread is complete. */
  ended(item: Item): void {
    if (item.type === "commandExecution" || item.type === "fileChange")
      this.#awaited.get(item.id)?.(item.status === "declined");
  }
}

/** What a question is about as a whole: not the network, or one of several commands within a command. */
function itemOf({ method, params }: Question): string | undefined {
  if (method === "item/fileChange/requestApproval") return params.itemId;
  if (method !== "item/commandExecution/requestApproval") return undefined;
  return params.networkApprovalContext || params.approvalId ? undefined : params.itemId;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Item, Question } from "./protocol.ts";

/**
 * What was refused is over a few milliseconds after the answer, what goes on was allowed. Who said no is told otherwise
 * only when that is certain on the busiest machine; who said yes need not wait as long.
 */
const NO_MS = 3_000;
const YES_MS = 250;
/** Entries that began on this connection which are remembered. */
const BEGUN = 64;

/**
 * Tells what became of a permission. Codex takes the first answer and says only that there was one: when the person in
 * the terminal and the one here answer in the same instant, this shows whose it was.
 */
export class Outcomes {
  readonly #awaited = new Map<string, (refused: boolean) => void>();
  /** Of an entry that began before the connection was made Codex does not tell the end when it is refused. */
  readonly #begun = new Set<string>();

  /**
   * Watches what a question is about, from before it is answered with no (`refuse`) or yes. Call the result once it was
   * answered: it resolves with whether that was a no; undefined for questions of which Codex does not tell.
   */
  watch(question: Question, refuse: boolean): () => Promise<boolean | undefined> {
    const item = itemOf(question);
    if (item === undefined || !this.#begun.has(item)) return () => Promise.resolve(undefined);
    const over = Promise.withResolvers<boolean>();
    this.#awaited.set(item, over.resolve);
    return async () => {
      const end = new AbortController();
      const goesOn = sleep(refuse ? NO_MS : YES_MS, false, { signal: end.signal });
      goesOn.catch(() => undefined);
      try {
        return await Promise.race([over.promise, goesOn]);
      } finally {
        end.abort();
        this.#awaited.delete(item);
      }
    };
  }

  /** An entry of the thread has begun. */
  began(item: Item): void {
    this.#begun.add(item.id);
    for (const id of this.#begun) if (this.#begun.size > BEGUN) this.#begun.delete(id);
  }

  /** The connection is new. */
  forget(): void {
    this.#begun.clear();
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

import { ClustrError, toFailure } from "../../contract/error.ts";
import type { Draft } from "../record.ts";
import { Unanswered } from "./link.ts";
import type { Verdict } from "./protocol.ts";

/** Events and characters of one transaction. */
const BATCH = { events: 1_000, size: 4_000_000 };
/** Events and characters that may wait; beyond it appends are refused. */
const QUEUE = { events: 20_000, size: 64_000_000 };

interface Waiting {
  draft: Draft;
  size: number;
  resolve(verdict: Verdict): void;
}

/**
 * Group commit: what arrives while a transaction is under way goes into the next one together, so that one sync of the
 * disk serves all of it. `commit` writes drafts in one transaction and gives their verdicts.
 */
export class AppendQueue {
  readonly #commit: (drafts: Draft[]) => Promise<Verdict[]>;
  #waiting: Waiting[] = [];
  #size = 0;
  #running: Promise<void> | undefined;

  constructor(commit: (drafts: Draft[]) => Promise<Verdict[]>) {
    this.#commit = commit;
  }

  /** Never rejects. */
  append(draft: Draft): Promise<Verdict> {
    const size = draft.data.length + draft.actor.length;
    if (this.#waiting.length >= QUEUE.events || this.#size + size > QUEUE.size)
      return Promise.resolve(refused("The disk cannot keep up with what is written to the ledger."));
    return new Promise((resolve) => {
      this.#waiting.push({ draft, size, resolve });
      this.#size += size;
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // What is appended in the same breath goes along.
    while (this.#waiting.length > 0) await this.#settle(this.#take());
    this.#running = undefined;
  }

  async #settle(batch: Waiting[]): Promise<void> {
    try {
      const verdicts = await this.#commit(batch.map(({ draft }) => draft));
      batch.forEach(({ resolve }, i) => resolve(verdicts[i] ?? refused("The ledger gave no verdict.")));
    } catch (error) {
      const unanswered = error instanceof Unanswered;
      for (const { resolve } of batch)
        resolve({ outcome: unanswered ? "unknown" : "unavailable", failure: toFailure(error) });
      // Who waits behind a disk that does not answer should not wait in vain.
      if (unanswered)
        for (const { resolve } of this.#waiting.splice(0))
          resolve({ outcome: "unavailable", failure: toFailure(error) });
      if (unanswered) this.#size = 0;
    }
  }

  #take(): Waiting[] {
    let size = 0;
    let count = 0;
    for (const { size: more } of this.#waiting) {
      if (count > 0 && (count >= BATCH.events || size + more > BATCH.size)) break;
      count += 1;
      size += more;
    }
    this.#size -= size;
    return this.#waiting.splice(0, count);
  }
}

function refused(what: string): Verdict {
  return {
    outcome: "unavailable",
    failure: toFailure(new ClustrError("unavailable", `${what} Nothing was written; try again in a moment.`)),
  };
}

import { Worker } from "node:worker_threads";
import { ClustrError, fromFailure } from "../../contract/error.ts";
import type { Repaired } from "../../core/ports/damage.ts";
import { WORKER } from "./link.ts";
import type { Answer, WorkerTask } from "./protocol.ts";

/** Milliseconds; a ledger of a gigabyte takes a minute. */
const LIMIT = 600_000;

/**
 * Mends the ledger in `file`, which must not be open, in a thread of its own: see `repair`. Rejects as that throws, and
 * with `unavailable` when it takes too long; it can be done again.
 */
export async function repairLedger(file: string, { lossless = false } = {}): Promise<Repaired> {
  const task: WorkerTask = { file, repairs: { lossless } };
  const thread = new Worker(WORKER, { workerData: task, execArgv: [], name: "ledger repair" });
  const timer = setTimeout(() => void thread.terminate(), LIMIT);
  try {
    const answer = await new Promise<Answer | undefined>((resolve, reject) => {
      thread.once("message", resolve);
      thread.once("error", reject);
      thread.once("exit", () => resolve(undefined));
    });
    if (!answer || !("n" in answer))
      throw new ClustrError(
        "unavailable",
        `Mending the ledger ${file} ended before it was done. The damaged files are kept. Try again.`,
      );
    if ("failure" in answer) throw fromFailure(answer.failure);
    return answer.value as Repaired;
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

import { setTimeout as pause } from "node:timers/promises";
import type { Link } from "./link.ts";

/** How the copies of a ledger are kept. Times in milliseconds. */
export interface CopyKeeping {
  /** After opening, which has just found the ledger whole. */
  firstMs: number;
  /** From then on, when something was written since. */
  everyMs: number;
  /** Hears what kept a copy from being made; the ledger goes on, and it is tried again at the next time. */
  failed(problem: unknown): void;
}

/** Between two steps, so that appends come in between. */
const BREATH_MS = 20;

/** Keeps the copies of an open ledger up to date until the signal aborts. Never rejects. */
export async function keepCopies(
  link: Link,
  last: () => number,
  { firstMs, everyMs, failed }: CopyKeeping,
  signal: AbortSignal,
): Promise<void> {
  let copied = -1;
  for (let wait = firstMs; !signal.aborted; wait = everyMs) {
    await pause(wait, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted || last() <= copied) continue;
    try {
      for (let done = false; !done && !signal.aborted;) {
        const step = await link.call("copy");
        if (step.skipped) failed(`there is too little room on the disk (${step.skipped})`);
        ({ done } = step);
        if (done && !step.skipped) copied = step.last;
        if (!done) await pause(BREATH_MS, undefined, { signal, ref: false }).catch(() => {});
      }
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
  }
}

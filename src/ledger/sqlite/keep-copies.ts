import { setTimeout as pause } from "node:timers/promises";
import type { Growth } from "../tail.ts";
import type { Link } from "./link.ts";

/** How the copies of a ledger are kept. Times in milliseconds. */
export interface CopyKeeping {
  /** After opening, which has just found the ledger whole. Sooner where there is no copy yet. */
  firstMs: number;
  /** From then on, when something was written since. */
  everyMs: number;
  /** Hears what kept a copy from being made; the ledger goes on, and it is tried again at the next time. */
  failed(problem: unknown): void;
}

/** Between two steps, so that appends come in between. */
const BREATH_MS = 20;

/**
 * After the first event of a ledger that has no copy, and then, in milliseconds: what a person does first (open, trust,
 * choose) is not to be found anywhere else.
 */
const YOUNG_MS = [0, 300, 1_000, 3_000];

/** Keeps the copies of an open ledger up to date until the signal aborts; `isNew`: it has none yet. Never rejects. */
export async function keepCopies(
  link: Link,
  growth: Growth,
  { firstMs, everyMs, failed }: CopyKeeping,
  isNew: boolean,
  signal: AbortSignal,
): Promise<void> {
  let copied = -1;
  if (isNew) await growth.past(0, signal);
  const soon = [...(isNew ? YOUNG_MS.filter((ms) => ms < firstMs) : []), firstMs];
  while (!signal.aborted) {
    const wait = soon.shift() ?? everyMs;
    await pause(wait, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted || growth.last <= copied) continue;
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

import { setTimeout as sleep } from "node:timers/promises";

/** How long something is waited for, and how often it is looked at, in ms. */
export interface Patience {
  withinMs: number;
  everyMs: number;
  /** Ends the wait with its reason. */
  signal?: AbortSignal;
}

/** Looks, at once and then again and again, until something holds. Resolves with whether it did in time; there is always one look. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { withinMs, everyMs, signal }: Patience,
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() >= deadline) return false;
    await sleep(everyMs, undefined, signal && { signal });
  }
  return true;
}

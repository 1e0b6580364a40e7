const FIRST_MS = 250;
const MOST_MS = 10_000;

/**
 * How long to wait before attempt `attempt` (0 is the first retry): doubling from 250 ms to 10 s, each time between half
 * and all of it at random, so that many clients of one restarted server do not come back in step.
 */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return full * (0.5 + random() / 2);
}

import { setTimeout as pause } from "node:timers/promises";
import type { DoorLimits, Memory } from "./door-limits.ts";
import { type Ask, type Outcome, type ServerReturn, sendOnce } from "./door-upstream.ts";

/** A connection that held this long before it broke was healthy: the trouble, if any, is new. */
const HEALTHY_MS = 30_000;
/** Breaks in a row after which the next try is delayed more and more: the request itself may be what ends the server. */
const PATIENT_TRIES = 5;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Sends an ask until it has an answer: again with the same identity whenever the connection broke first. Gives the last
 * `broken` outcome when the server was away, or kept breaking, for `patienceMs`, or when the signal aborts.
 */
export async function relay(
  target: string,
  ask: Ask,
  limits: DoorLimits,
  memory: Memory,
  server: ServerReturn,
  signal: AbortSignal,
): Promise<Outcome> {
  let troubleSince: number | undefined;
  let breaks = 0;
  for (;;) {
    const started = performance.now();
    const outcome = await sendOnce(target, ask, limits, memory, signal);
    if (outcome.type !== "broken" || signal.aborted) return outcome;
    if (performance.now() - started > HEALTHY_MS) {
      troubleSince = undefined;
      breaks = 0;
    }
    if (outcome.reached) breaks++;
    troubleSince ??= performance.now();
    const left = () => limits.patienceMs - (performance.now() - (troubleSince ?? 0));
    if (breaks > PATIENT_TRIES) {
      const longer = Math.min(LONGEST_PAUSE_MS, limits.retryMs * 2 ** (breaks - PATIENT_TRIES));
      await pause(Math.min(longer, Math.max(0, left())), undefined, { signal }).catch(() => undefined);
    }
    if (left() <= 0) return outcome;
    await server.wait(left(), signal);
    if (signal.aborted || left() <= 0) return outcome;
  }
}

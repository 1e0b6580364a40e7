import { setTimeout } from "node:timers/promises";

/** Waits `ms`. @throws the signal's reason when it aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}

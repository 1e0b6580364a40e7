import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds the server may take to answer a request it holds open; it answers with nothing after `LINE_MS` of line.ts. */
const ANSWER_MS = 60_000;
/** Milliseconds before the line is asked for again when it broke. */
const AGAIN_MS = 500;

/**
 * The program's end of a line: makes one request after the other, each held open by the server until it has something, until
 * the signal aborts. Nothing is lost when one breaks, or what came with it fails: each says what came of those before, and
 * what was not confirmed is given again.
 */
export async function listen(ask: (timeoutMs: number) => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await ask(ANSWER_MS);
    } catch {
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

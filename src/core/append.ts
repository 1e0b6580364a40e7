import type { Actor } from "../contract/actor.ts";
import { ClustrError, hasCode } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import type { Appended, Entry, Ledger } from "./ports/ledger.ts";

/** Everything of an entry but the fact. */
export interface Base {
  id: string;
  actor: Actor;
  subject: string;
}

type Known<F> = Extract<Appended<F>, { outcome: "written" | "repeated" | "conflict" }>;

/** Attempts at a compare-and-append before giving up: each loss means that somebody else made progress. */
const ATTEMPTS = 50;

/**
 * Appends and returns the event, whether new or repeated. An unknown outcome is asked again under the same id until it
 * is known. Rejects with `unavailable` when certainly nothing was written, and with `conflict` as the ledger says.
 */
export async function append<F>(ledger: Ledger<F>, entry: Entry<F>, expectLast?: number): Promise<Event<F>> {
  const result = await attempt(ledger, entry, expectLast);
  if (result.outcome === "written" || result.outcome === "repeated") return result.event;
  throw new ClustrError(
    "conflict",
    "Somebody else changed this at the same moment; nothing was changed. Read it again and retry.",
  );
}

/** How long a reactor waits before it tries again to record something. */
const RETRY_MS = 1_000;

/**
 * Records what has happened in the world already and cannot be taken back: while the ledger refuses (a full disk), it is
 * tried again under the same id until it is written. Rejects only when the signal aborts, or with `conflict`.
 */
export async function appendPatiently<F>(ledger: Ledger<F>, entry: Entry<F>, signal: AbortSignal): Promise<Event<F>> {
  for (;;) {
    try {
      return await append(ledger, entry);
    } catch (error) {
      if (signal.aborted || !hasCode(error, "unavailable")) throw error;
    }
    await new Promise<void>((resolve) => {
      const go = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", go);
        resolve();
      };
      const timer = setTimeout(go, RETRY_MS);
      signal.addEventListener("abort", go);
    });
  }
}

/**
 * Decides on the newest state and appends: `make` is called again whenever the subject moved on in between. With an id
 * that was appended before, `make` is not called at all: a repeat of a call is answered from its first run.
 */
export async function decide<F>(
  ledger: Ledger<F>,
  reached: (seq: number) => Promise<void>,
  base: Base,
  make: () => F | Promise<F>,
): Promise<Event<F>> {
  const [done, newest] = await Promise.all([ledger.find(base.id), ledger.lastOf(base.subject)]);
  if (done) return done;
  let last = newest;
  for (let round = 0; round < ATTEMPTS; round++) {
    await reached(last);
    const fact = await make();
    const result = await attempt(ledger, { ...fact, ...base }, last);
    if (result.outcome === "written" || result.outcome === "repeated") {
      await reached(result.event.seq);
      return result.event;
    }
    last = result.last;
  }
  throw new ClustrError("conflict", "Too many others changed this at the same moment; nothing was changed. Try again.");
}

async function attempt<F>(ledger: Ledger<F>, entry: Entry<F>, expectLast?: number): Promise<Known<F>> {
  for (let round = 0; round < 3; round++) {
    const result = await ledger.append(entry, expectLast);
    if (result.outcome === "written" || result.outcome === "repeated" || result.outcome === "conflict") return result;
    if (result.outcome === "unavailable") throw unavailable(result.cause);
  }
  throw new ClustrError(
    "unavailable",
    "The ledger did not say whether this was saved. Look with `clustr events` before you repeat it.",
  );
}

function unavailable(cause: Error): ClustrError {
  return new ClustrError("unavailable", `Not saved: ${cause.message}`, { cause });
}

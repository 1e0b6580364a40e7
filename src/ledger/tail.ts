import type { Event } from "../contract/event.ts";

/** How far a ledger has grown, and a way to wait until it grows on. */
export class Growth {
  #last = 0;
  #ended = false;
  readonly #waiting = new Set<() => void>();

  /** Position of the newest event known to be durable. */
  get last(): number {
    return this.#last;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Says that the ledger holds everything up to `seq`. */
  reach(seq: number): void {
    if (seq <= this.#last) return;
    this.#last = seq;
    this.#wake();
  }

  /** Says that it will not grow any more. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** Resolves when the ledger has grown past `after`, has ended, or the signal aborts. */
  past(after: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (this.#last <= after && !this.#ended && !signal.aborted) return;
        this.#waiting.delete(check);
        signal.removeEventListener("abort", check);
        resolve();
      };
      this.#waiting.add(check);
      signal.addEventListener("abort", check);
      check();
    });
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }
}

/**
 * Replay, then live: the same loop for both, so there is no seam to lose or repeat an event at. It holds one page at a
 * time and asks for the next when the consumer wants more, so a slow consumer costs nothing but its own delay. `page`
 * gives some of the events after a position (at least one when there is one), in order. Ends when the signal aborts or
 * the ledger is closed; throws what `page` throws.
 */
export async function* follow<F>(
  page: (after: number) => Promise<Event<F>[]>,
  growth: Growth,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Event<F>, void, undefined> {
  let position = after;
  while (true) {
    await growth.past(position, signal);
    if (signal.aborted || growth.ended) return;
    const events = await unlessAborted(page(position), signal).catch((error: unknown) => {
      if (!growth.ended) throw error;
    });
    for (const event of events ?? []) {
      if (signal.aborted) return;
      position = event.seq;
      yield event;
    }
  }
}

/** The value, or undefined as soon as the signal aborts: a busy disk must not keep a tail from ending. */
async function unlessAborted<T>(value: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let stop = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener("abort", stop);
  });
  try {
    return signal.aborted ? undefined : await Promise.race([value, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
    value.catch(() => {}); // Nobody waits for it any more after an abort.
  }
}

/**
 * What the tool takes from one sender at its message socket: thirty at once and one every two seconds (2.1.330). What comes
 * faster it drops without a word. Two less here: its clock starts when a message arrives, ours when it leaves.
 */
const AT_ONCE = 28;
const PER_MS = 1 / 2_000;

/**
 * Counts what the tool's socket still takes from us. A new server begins with a full count; what the tool drops then is
 * missed in the transcript and handed over again.
 */
export class Pace {
  readonly #ticks: () => number;
  #left = AT_ONCE;
  #at: number;

  /** `ticks`: a monotonic clock, in milliseconds. */
  constructor(ticks: () => number) {
    this.#ticks = ticks;
    this.#at = ticks();
  }

  /** Counts one hand-over. False, and nothing is counted, when the tool would drop it. */
  take(): boolean {
    const now = this.#ticks();
    this.#left = Math.min(AT_ONCE, this.#left + (now - this.#at) * PER_MS);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

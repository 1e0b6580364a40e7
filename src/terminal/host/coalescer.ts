/** Length of a window, ms. */
const WINDOW = 8;
/** Bytes of a window that go out at once: an echo or a small repaint must not wait for a timer. */
const PROMPT = 4_096;
/** Bytes that go out whatever the clock says. */
const CAP = 262_144;

/**
 * Decides when output goes to its followers. The first bytes of a window leave in the same turn of the event loop, the
 * rest of a burst in few large pieces. (A plain "wait when the last flush was recent" costs 9 ms on every keystroke.)
 */
export class Coalescer {
  readonly #flush: () => void;
  #windowStart = 0;
  #inWindow = 0;
  #waiting = 0;
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(flush: () => void) {
    this.#flush = flush;
  }

  /** Counts `bytes` new bytes and sees to it that they leave in time. */
  add(bytes: number): void {
    const now = performance.now();
    if (now - this.#windowStart > WINDOW) {
      this.#windowStart = now;
      this.#inWindow = 0;
    }
    this.#inWindow += bytes;
    this.#waiting += bytes;
    if (this.#waiting >= CAP) this.flush();
    else if (this.#inWindow <= PROMPT) this.#immediate ??= setImmediate(() => this.flush());
    else this.#timer ??= setTimeout(() => this.flush(), Math.max(1, WINDOW - (now - this.#windowStart)));
  }

  /** Sends what waits now. */
  flush(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
    this.#waiting = 0;
    this.#flush();
  }
}

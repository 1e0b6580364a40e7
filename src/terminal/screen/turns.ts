/**
 * Shares the thread among those who parse: one slice of one of them between two turns of the event loop, in rotation,
 * however many have work. Output on its way to viewers waits for one slice at most.
 */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #coming = false;

  /** Asks for one turn; harmless when repeated before it comes. */
  ask(work: () => void): void {
    this.#waiting.add(work);
    this.#next();
  }

  leave(work: () => void): void {
    this.#waiting.delete(work);
  }

  #next(): void {
    if (this.#coming || this.#waiting.size === 0) return;
    this.#coming = true;
    setImmediate(() => {
      this.#coming = false;
      for (const work of this.#waiting) {
        this.#waiting.delete(work);
        try {
          work();
        } finally {
          this.#next();
        }
        return;
      }
    });
  }
}

/**
 * Shares the thread among those who parse: one slice of one of them between two turns of the event loop, in rotation,
 * however many have work. Output on its way to viewers waits for one slice at most.
 */
export class Turns {
  /** Somebody looks at what they do. */
  readonly #first = new Set<() => void>();
  readonly #others = new Set<() => void>();
  #coming = false;

  /** Asks for one turn, before those who did not ask to be `first`; harmless when repeated before it comes. */
  ask(work: () => void, first = false): void {
    if (first) this.#others.delete(work);
    if (first) this.#first.add(work);
    else if (!this.#first.has(work)) this.#others.add(work);
    this.#next();
  }

  leave(work: () => void): void {
    this.#first.delete(work);
    this.#others.delete(work);
  }

  #next(): void {
    if (this.#coming || this.#first.size + this.#others.size === 0) return;
    this.#coming = true;
    setImmediate(() => {
      this.#coming = false;
      const [work] = this.#first.size > 0 ? this.#first : this.#others;
      if (!work) return;
      this.leave(work);
      try {
        work();
      } finally {
        this.#next();
      }
    });
  }
}

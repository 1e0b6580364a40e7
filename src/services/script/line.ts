/** For how long a request of the program is held open when there is nothing for it. */
const LINE_MS = 20_000;

/** A request that the program holds open to be given things as they come. A newer request takes an older one's place. */
export class Line<T> {
  #give: ((things: T[]) => void) | undefined;

  get open(): boolean {
    return this.#give !== undefined;
  }

  /** Answers the open request. False when there is none. */
  give(things: T[]): boolean {
    const give = this.#give;
    give?.(things);
    return give !== undefined;
  }

  /** Keeps a request open until there is something to give, its time is up, or a signal aborts. */
  hold(...ends: AbortSignal[]): Promise<T[]> {
    return new Promise((resolve) => {
      const give = (things: T[]): void => {
        clearTimeout(timer);
        for (const end of ends) end.removeEventListener("abort", empty);
        if (this.#give === give) this.#give = undefined;
        resolve(things);
      };
      const empty = (): void => give([]);
      const timer = setTimeout(empty, LINE_MS);
      for (const end of ends) end.addEventListener("abort", empty);
      if (ends.some((end) => end.aborted)) return empty();
      this.#give?.([]);
      this.#give = give;
    });
  }
}

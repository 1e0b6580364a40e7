import { ClustrError } from "../contract/error.ts";
import type { Snapshot } from "../core/ports/snapshots.ts";

/** A snapshot that is about to be taken, for all who want one now. It is called off only when every one of them went away. */
export class SharedTake {
  readonly #labels: string[] = [];
  readonly #called = new AbortController();
  readonly #taken: Promise<Snapshot>;
  #waiting = 0;

  /** `take` must not ask for the label before others had their turn. */
  constructor(take: (label: () => string, signal: AbortSignal) => Promise<Snapshot>) {
    this.#taken = take(() => this.#labels.join(", "), this.#called.signal);
    // Whoever waits hears of a failure; there may be nobody left.
    this.#taken.catch(() => {});
  }

  get calledOff(): boolean {
    return this.#called.signal.aborted;
  }

  join(label: string, signal: AbortSignal | undefined): Promise<Snapshot> {
    if (!this.#labels.includes(label)) this.#labels.push(label);
    this.#waiting++;
    if (!signal) return this.#taken;
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--this.#waiting === 0) this.#called.abort();
        reject(new ClustrError("unavailable", "The snapshot was called off. No file was changed by it."));
      };
      if (signal.aborted) return leave();
      signal.addEventListener("abort", leave, { once: true });
      const settle = () => signal.removeEventListener("abort", leave);
      this.#taken.then(resolve, reject).finally(settle);
    });
  }
}

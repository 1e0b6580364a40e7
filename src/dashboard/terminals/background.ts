/** How long a key may wait for its echo while terminals in the background stand still, ms; most take a tenth of it. */
export const ECHO_MS = 50;
/** How long they stand still at most, however many keys are pressed without an answer, ms. */
export const STILL_MS = 200;

/** Does a small piece of work and calls `done` once, when it is over. */
export type Step = (done: () => void) => void;

/**
 * What terminals in the background take from the page's one thread: one step of one of them at a time, in turns, with room
 * for everything else in between, and none while a key that was pressed waits for its echo.
 */
export class Background {
  readonly #waiting = new Set<Step>();
  readonly #soon: (act: () => void) => void;
  /** A step is under way, or is about to be. */
  #busy = false;
  /** Until when an echo is waited for. */
  #until = 0;
  /** Since when what is next stands still. */
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param soon does something after what already waits for the thread. */
  constructor(soon = byMessage()) {
    this.#soon = soon;
  }

  /** Asks for one turn; harmless when repeated before it comes. */
  ask(step: Step): void {
    this.#waiting.add(step);
    if (!this.#busy) this.#later();
  }

  leave(step: Step): void {
    this.#waiting.delete(step);
  }

  /** A key went to a program: its echo comes first. */
  pressed(): void {
    this.#until = performance.now() + ECHO_MS;
  }

  /** What the program said to it is on the screen. */
  answered(): void {
    this.#until = 0;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#next();
  }

  #later(): void {
    this.#busy = true;
    this.#soon(() => this.#next());
  }

  #next(): void {
    this.#timer = undefined;
    const now = performance.now();
    this.#since ??= now;
    const still = Math.min(this.#until, this.#since + STILL_MS) - now;
    if (still > 0) {
      this.#timer = setTimeout(() => this.#next(), still);
      return;
    }
    this.#since = undefined;
    this.#busy = false;
    for (const step of this.#waiting) {
      this.#waiting.delete(step);
      this.#busy = true;
      return step(() => this.#later());
    }
  }
}

/** A message lets events and frames go first, as a timer does, without the 4 ms that a timer set by a timer waits. */
function byMessage(): (act: () => void) => void {
  const { port1, port2 } = new MessageChannel();
  let coming = () => {};
  port1.addEventListener("message", () => coming());
  port1.start();
  return (act) => {
    coming = act;
    port2.postMessage(undefined);
  };
}

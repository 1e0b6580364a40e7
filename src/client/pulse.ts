/** Silence after which the other end is asked whether it is there, ms. */
const SILENT_MS = 10_000;
/** How long it may take to say something, ms. */
const ANSWER_MS = 5_000;
/** A timer that comes this late says that the machine slept: what the other end sent may still be waiting to be read. */
const LATE_MS = 1_000;

/**
 * Notices that a connection is dead although nobody said so: a network that went away, a machine that slept. Any frame
 * counts as a sign of life; without one it asks, and calls `dead` when no answer comes.
 */
export class Pulse {
  readonly #ask: () => void;
  readonly #dead: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = Date.now();
  #asked = 0;

  constructor(ask: () => void, dead: () => void) {
    this.#ask = ask;
    this.#dead = dead;
    this.#wait(SILENT_MS);
  }

  /** The other end said something. */
  beat(): void {
    this.#heard = Date.now();
  }

  /** Asks at once; for a page that was asleep. */
  check(): void {
    this.#asked = Date.now();
    this.#ask();
    this.#wait(ANSWER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer);
    const due = Date.now() + ms;
    this.#timer = setTimeout(() => this.#look(Date.now() - due > LATE_MS), ms);
  }

  #look(late: boolean): void {
    const quiet = Date.now() - this.#heard;
    if (this.#heard >= this.#asked && quiet < SILENT_MS) this.#wait(SILENT_MS - quiet);
    else if (this.#heard >= this.#asked || late) this.check();
    else this.#dead();
  }
}

/** How often a terminal in the background is drawn while it prints without end, ms; each at moments of its own. */
export const WINDOW_MS = 200;
/** Bytes of a window that are drawn at once: a prompt or a small repaint must not wait. */
const PROMPT_BYTES = 4_096;

type Piece = { bytes: Uint8Array; drawn: () => void };

/**
 * Gives output to a terminal, in order. One in front gets it as it comes. One in the background gets a flood in few large
 * pieces, so that parsing and drawing it never stands between a key and its echo in the one in front. What waits here is
 * bounded by the server's window: nothing more is sent before this has been drawn.
 */
export class Pace {
  readonly #write: (bytes: Uint8Array, drawn: () => void) => void;
  #background = false;
  #waiting: Piece[] = [];
  #inWindow = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(write: (bytes: Uint8Array, drawn: () => void) => void) {
    this.#write = write;
  }

  set background(yes: boolean) {
    this.#background = yes;
    if (!yes) this.flush();
  }

  push(bytes: Uint8Array, drawn: () => void): void {
    if (!this.#background) return this.#write(bytes, drawn);
    this.#inWindow += bytes.length;
    this.#timer ??= setTimeout(() => this.#next(), WINDOW_MS * (0.5 + Math.random() / 2));
    if (this.#waiting.length === 0 && this.#inWindow <= PROMPT_BYTES) this.#write(bytes, drawn);
    else this.#waiting.push({ bytes, drawn });
  }

  /** Gives out all that waits: something that is no output follows. */
  flush(): void {
    for (const { bytes, drawn } of this.#waiting.splice(0)) this.#write(bytes, drawn);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  /** A window is over; after a quiet one the next byte begins a new one. */
  #next(): void {
    this.#timer = undefined;
    this.#inWindow = 0;
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#next(), WINDOW_MS);
    this.flush();
  }
}

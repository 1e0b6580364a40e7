import type { Background, Step } from "./background.ts";

/** How often a terminal in the background is drawn while it prints without end, ms; each at moments of its own. */
export const WINDOW_MS = 200;
/** Bytes of a window that are drawn at once: a prompt or a small repaint must not wait. */
const PROMPT_BYTES = 4_096;
/** Bytes parsed in one go, in about 2 ms: nothing else goes on in the page meanwhile. */
export const SLICE_BYTES = 32_768;

type Piece = { bytes: Uint8Array; drawn: () => void };
/** Hands bytes to the terminal, and tells when they were parsed. */
type Write = (bytes: Uint8Array, parsed: () => void) => void;

/**
 * Gives output to a terminal, in order. One in front gets it as it comes. One in the background gets a flood a few times a
 * second, in slices that take turns with those of the others, so that parsing and drawing it never stands between a key and
 * its echo in the one in front. What waits here is bounded by the server's window: nothing more is sent before this has
 * been drawn.
 */
export class Pace {
  readonly #write: Write;
  readonly #shared: Background;
  #background = false;
  #waiting: Piece[] = [];
  #inWindow = 0;
  /** Bytes that waited when the window began, and wait still. */
  #left = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends the step that is under way. */
  #done: (() => void) | undefined;

  constructor(write: Write, shared: Background) {
    this.#write = write;
    this.#shared = shared;
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
    this.#left = 0;
    this.#shared.leave(this.#step);
    for (const { bytes, drawn } of this.#waiting.splice(0)) this.#write(bytes, drawn);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
    this.#left = 0;
    this.#shared.leave(this.#step);
    this.#end();
  }

  /** A window is over; after a quiet one the next byte begins a new one. */
  #next(): void {
    this.#timer = undefined;
    this.#inWindow = 0;
    if (this.#waiting.length === 0) return;
    this.#timer = setTimeout(() => this.#next(), WINDOW_MS);
    this.#left = sizeOf(this.#waiting);
    if (!this.#done) this.#shared.ask(this.#step);
  }

  readonly #step: Step = (done) => {
    this.#done = done;
    const slice = this.#take();
    this.#left -= sizeOf(slice);
    for (const [at, { bytes, drawn }] of slice.entries()) {
      const last = at === slice.length - 1;
      this.#write(bytes, () => {
        drawn();
        if (last) this.#end();
      });
    }
    if (slice.length === 0) this.#end();
  };

  #end(): void {
    const done = this.#done;
    this.#done = undefined;
    if (this.#left > 0) this.#shared.ask(this.#step);
    done?.();
  }

  /** The next slice of what waits. */
  #take(): Piece[] {
    const slice: Piece[] = [];
    for (let room = SLICE_BYTES, next = this.#waiting[0]; next && room > 0; next = this.#waiting[0]) {
      const { bytes } = next;
      if (bytes.length > room) {
        // Its end is what tells that it was drawn.
        slice.push({ bytes: bytes.subarray(0, room), drawn: () => {} });
        next.bytes = bytes.subarray(room);
        break;
      }
      slice.push(next);
      this.#waiting.shift();
      room -= bytes.length;
    }
    return slice;
  }
}

function sizeOf(pieces: Piece[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

import { writeSync } from "node:fs";
import { ClustrError } from "../../contract/error.ts";

/** Bytes that may wait for a program that does not read. */
const QUEUE_LIMIT = 4 * 1_048_576;
/** Pauses between attempts while the program does not read, ms. (node-pty's own queue would spin.) */
const FIRST_PAUSE = 1;
const LAST_PAUSE = 50;

/** Hands bytes to a program in order, at the pace it reads them, without blocking. */
export class Input {
  readonly #fd: number;
  #queue: Uint8Array[] = [];
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param fd the pty's master, non-blocking */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Takes bytes; `limited` when the program has left too much unread. */
  add(bytes: Uint8Array): void {
    if (this.#waiting + bytes.length > QUEUE_LIMIT) {
      throw new ClustrError(
        "limited",
        "The program does not read its input: 4 MB wait already, this was not added. Try again when it goes on, or stop it.",
      );
    }
    this.#queue.push(Uint8Array.from(bytes));
    this.#waiting += bytes.length;
    if (!this.#timer) this.#drain(FIRST_PAUSE);
  }

  /** Drops what waits; to be called before the master closes, so that nothing is written to a reused descriptor. */
  close(): void {
    this.#closed = true;
    this.#queue = [];
    clearTimeout(this.#timer);
  }

  #drain(pause: number): void {
    this.#timer = undefined;
    let wrote = false;
    for (let next = this.#queue[0]; next && !this.#closed; next = this.#queue[0]) {
      let count = 0;
      try {
        count = writeSync(this.#fd, next);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return this.close();
      }
      if (count === 0) {
        const wait = wrote ? FIRST_PAUSE : Math.min(pause * 2, LAST_PAUSE);
        this.#timer = setTimeout(() => this.#drain(wait), wait);
        return;
      }
      wrote = true;
      this.#waiting -= count;
      if (count === next.length) this.#queue.shift();
      else this.#queue[0] = next.subarray(count);
    }
  }
}

import type { TerminalChunk } from "../../core/ports/terminal.ts";
import { WINDOW } from "../link.ts";
import type { Output } from "./output.ts";

/** Bytes sent in one piece. */
const SLICE = 131_072;
/** A piece this small never waits for its turn: it is what a key has caused, or a prompt. */
const PROMPT = 4_096;

/**
 * Carries one terminal's output to one follower, in order, from any offset on, until the exit. One cursor moves over
 * history and present alike, so nothing can come twice or out of turn; it waits when the follower has not acknowledged
 * enough, and jumps (a gap) when what it waits for is no longer kept.
 */
export class Follower {
  readonly #output: Output;
  readonly #send: (chunk: TerminalChunk) => void;
  readonly #mayGo: (pump: () => Promise<void>) => boolean;
  readonly #unwatch: () => void;
  #cursor: number;
  #acked: number;
  #size: number;
  #pumping = false;
  #again = false;
  #closed = false;

  /** @param mayGo whether a large piece may go out now; if not, `pump` is called when it may. */
  constructor(
    output: Output,
    from: number,
    send: (chunk: TerminalChunk) => void,
    mayGo: (pump: () => Promise<void>) => boolean = () => true,
  ) {
    this.#output = output;
    this.#send = send;
    this.#mayGo = mayGo;
    this.#cursor = from;
    this.#acked = from;
    this.#size = output.sizeAt(from);
    this.#unwatch = output.watch(() => void this.pump());
  }

  /** Everything before `offset` was taken. */
  ack(offset: number): void {
    this.#acked = Math.max(this.#acked, offset);
    void this.pump();
  }

  /** Sends whatever may be sent now; resolves when it was. */
  readonly pump = async (): Promise<void> => {
    this.#again = true;
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    await this.#run();
  };

  close(): void {
    this.#closed = true;
    this.#unwatch();
  }

  async #run(): Promise<void> {
    try {
      do {
        this.#again = false;
        while (!this.#closed && (await this.#step()));
      } while (this.#again && !this.#closed); // News may have come while the last step found nothing to do.
    } finally {
      this.#pumping = false;
    }
  }

  /** Sends at most one chunk; whether there may be more to send. */
  async #step(): Promise<boolean> {
    const output = this.#output;
    const size = output.sizeFrom(this.#size);
    if (size && size.offset <= this.#cursor) {
      this.#size = size.seq + 1;
      this.#send({ type: "resized", offset: this.#cursor, cols: size.cols, rows: size.rows });
      return true;
    }
    if (this.#cursor >= output.end) {
      if (!output.exit) return false;
      this.#send({ type: "exit", offset: output.end, exit: output.exit });
      this.close();
      return false;
    }
    const room = WINDOW - (this.#cursor - this.#acked);
    if (room <= 0) return false;
    if (output.end - this.#cursor > PROMPT && !this.#mayGo(this.pump)) return false;
    const max = Math.min(SLICE, room, (size?.offset ?? Number.POSITIVE_INFINITY) - this.#cursor);
    const { bytes, next } = await output.read(this.#cursor, max);
    if (this.#closed) return false;
    if (bytes.length === 0) {
      this.#cursor = next;
      this.#send({ type: "gap", offset: next });
    } else {
      this.#send({ type: "bytes", offset: this.#cursor, bytes });
      this.#cursor += bytes.length;
    }
    return true;
  }
}

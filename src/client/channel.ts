import type { Failure } from "../contract/error.ts";
import { encodeBinary, type BinaryFrame, type ClientFrame, type ServerFrame } from "../contract/wire.ts";

/** What shows a terminal. Call `drawn` once bytes are on the screen: it lets the server send more. */
export interface Viewer {
  /** The terminal (re)starts here: clear, take this size, then write `bytes`. */
  screen(screen: { cols: number; rows: number; exact: boolean; bytes: Uint8Array }, drawn: () => void): void;
  /** Output that follows what came before, without gap or repeat. */
  output(bytes: Uint8Array, drawn: () => void): void;
  resized?(cols: number, rows: number): void;
  exit?(code: number | null, signal: number | null): void;
  /** The server will not show this terminal, or not take its input. */
  refused?(failure: Failure): void;
}

/** Sends a frame now, or returns false: not connected, or too much is waiting to be sent. */
export type Send = (frame: ClientFrame | Uint8Array<ArrayBuffer>) => boolean;

/** Bytes drawn that are acknowledged at once; less than that within `ACK_MS`. */
const ACK_BYTES = 32_768;
const ACK_MS = 50;
/** Input is cut into frames of at most this many bytes; the server takes up to 1 MB. */
const INPUT_BYTES = 65_536;

/** One terminal followed over a stream: remembers where it is, so that a new connection continues there. */
export class TerminalChannel {
  readonly id: number;
  readonly agent: string;
  readonly #viewer: Viewer;
  readonly #send: Send;
  readonly #forget: () => void;
  #size: { cols: number; rows: number } | undefined;
  #announced: Extract<ServerFrame, { type: "screen" }> | undefined;
  /** What has been given to the viewer: bytes before `offset` of the terminal `epoch`. */
  #at: { epoch: string; offset: number } | undefined;
  #drawn = 0;
  #acked = 0;
  #ackTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    id: number,
    agent: string,
    viewer: Viewer,
    send: Send,
    forget: () => void,
    size?: { cols: number; rows: number },
  ) {
    this.id = id;
    this.agent = agent;
    this.#viewer = viewer;
    this.#send = send;
    this.#forget = forget;
    this.#size = size && allowed(size.cols, size.rows);
  }

  /** Asks for the terminal, or for the rest of it. Called by the stream whenever a connection opens. */
  attach(): void {
    this.#announced = undefined;
    this.#send({ type: "attach", channel: this.id, agent: this.agent, ...this.#at, ...this.#size });
  }

  /**
   * Types into the terminal. False when nothing was sent: keys are never kept for later, because the screen they were
   * meant for may be gone by then.
   */
  write(input: string | Uint8Array): boolean {
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
      if (!this.#send(this.#frame(bytes.subarray(at, at + INPUT_BYTES)))) return false;
    }
    return true;
  }

  /** Gives the terminal a new size; remembered for the next connection. */
  resize(cols: number, rows: number): void {
    this.#size = allowed(cols, rows);
    this.#send({ type: "resize", channel: this.id, ...this.#size });
  }

  detach(): void {
    clearTimeout(this.#ackTimer);
    this.#forget();
    this.#send({ type: "detach", channel: this.id });
  }

  /** A text frame of the server about this channel. */
  receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "screen":
        this.#announced = frame;
        break;
      case "resized":
        this.#viewer.resized?.(frame.cols, frame.rows);
        break;
      case "exit":
        this.#viewer.exit?.(frame.code, frame.signal);
        break;
      case "refused":
        this.#viewer.refused?.(frame.failure);
        break;
      case "welcome":
      case "view":
      case "event":
        // These are about the whole socket; the stream keeps them.
        break;
    }
  }

  receiveBinary(frame: BinaryFrame): void {
    if (frame.kind === 1) this.#restore(frame.bytes);
    else this.#continue(frame.offset, frame.bytes);
  }

  #restore(bytes: Uint8Array): void {
    const screen = this.#announced;
    if (!screen) return;
    this.#announced = undefined;
    const { epoch, offset, cols, rows, exact } = screen;
    this.#at = { epoch, offset };
    this.#drawn = this.#acked = offset;
    this.#viewer.screen({ cols, rows, exact, bytes }, () => this.#ack(epoch, offset));
  }

  #continue(offset: number, bytes: Uint8Array): void {
    const at = this.#at;
    if (!at || this.#announced) return;
    if (offset > at.offset) {
      // Bytes are missing: a hole in escape sequences ruins a screen, so start over from a whole one.
      this.#at = undefined;
      this.attach();
      return;
    }
    const fresh = bytes.subarray(at.offset - offset);
    if (fresh.length === 0) return;
    const { epoch } = at;
    const end = at.offset + fresh.length;
    this.#at = { epoch, offset: end };
    this.#viewer.output(fresh, () => this.#ack(epoch, end));
  }

  #ack(epoch: string, offset: number): void {
    if (this.#at?.epoch !== epoch || offset <= this.#drawn) return;
    this.#drawn = offset;
    clearTimeout(this.#ackTimer);
    if (offset - this.#acked >= ACK_BYTES) this.#sendAck();
    else this.#ackTimer = setTimeout(() => this.#sendAck(), ACK_MS);
  }

  #sendAck(): void {
    this.#acked = this.#drawn;
    this.#send({ type: "ack", channel: this.id, offset: this.#drawn });
  }

  #frame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return new Uint8Array(encodeBinary({ kind: 0, channel: this.id, offset: 0, bytes }));
  }
}

/** Sizes the server takes; a panel that is being opened or closed may have none for a moment. */
function allowed(cols: number, rows: number): { cols: number; rows: number } {
  const within = (value: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, Math.trunc(value) || least));
  return { cols: within(cols, 2, 1000), rows: within(rows, 1, 500) };
}

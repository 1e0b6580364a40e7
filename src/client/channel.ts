import type { Failure } from "../contract/error.ts";
import { encodeBinary, TERMINAL_COLS, TERMINAL_ROWS, type BinaryFrame, type ServerFrame } from "../contract/wire.ts";
import { backoffMs } from "./backoff.ts";
import type { Follower, Send } from "./follower.ts";

/** What shows a terminal. Call `drawn` once bytes are on the screen: it lets the server send more. */
export interface Viewer {
  /** The terminal (re)starts here: clear, take this size, then write `bytes`. */
  screen(screen: { cols: number; rows: number; exact: boolean; bytes: Uint8Array }, drawn: () => void): void;
  /** Output that follows what came before, without gap or repeat. */
  output(bytes: Uint8Array, drawn: () => void): void;
  resized?(cols: number, rows: number): void;
  /** Whether the terminal has the size of this viewer's window, or of another's. */
  drives?(you: boolean): void;
  /** Whether keys get through: false from when the connection is lost until the terminal is followed again. */
  reachable?(yes: boolean): void;
  /** `at`: ISO time, empty when nobody knows. */
  exit?(code: number | null, signal: number | null, at: string): void;
  /** The server will not take this input; with `over`, it will not show this terminal. */
  refused?(failure: Failure, over: boolean): void;
}

/** Bytes drawn that are acknowledged at once; less than that within `ACK_MS`. */
const ACK_BYTES = 32_768;
const ACK_MS = 50;
/** Input is cut into frames of at most this many bytes; the server takes up to 1 MB. */
const INPUT_BYTES = 65_536;

/** A terminal whose host cannot be reached is asked for this many times more, with growing waits: 10 s in all. */
const RETRIES = 5;

/** One terminal followed over a stream: remembers where it is, so that a new connection continues there. */
export class TerminalChannel implements Follower {
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
  #drove = false;
  #paused = false;
  #retries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

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
    if (this.#paused) return;
    clearTimeout(this.#retryTimer);
    this.#announced = undefined;
    const drove = this.#drove ? { drove: true } : {};
    if (this.#send({ type: "attach", channel: this.id, agent: this.agent, ...this.#at, ...this.#size, ...drove }))
      this.#viewer.reachable?.(true);
  }

  lost(): void {
    clearTimeout(this.#retryTimer);
    this.#viewer.reachable?.(false);
  }

  /** Stops the output while nobody looks; `attach` goes on where it was. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    clearTimeout(this.#ackTimer);
    clearTimeout(this.#retryTimer);
    this.#send({ type: "detach", channel: this.id });
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.attach();
  }

  /**
   * Types into the terminal. False when nothing was sent: keys are never kept for later, because the screen they were
   * meant for may be gone by then.
   */
  write(input: string | Uint8Array): boolean {
    if (this.#paused) return false;
    const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
    for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
      if (!this.#send(this.#frame(bytes.subarray(at, at + INPUT_BYTES)))) return false;
    }
    return true;
  }

  /** Tells what this viewer's window holds now; remembered for the next connection. With `take` the terminal gets that size. */
  resize(cols: number, rows: number, take = false): void {
    this.#size = allowed(cols, rows);
    if (!this.#paused) this.#send({ type: "resize", channel: this.id, ...this.#size, ...(take ? { take } : {}) });
  }

  detach(): void {
    clearTimeout(this.#ackTimer);
    clearTimeout(this.#retryTimer);
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
        this.#viewer.exit?.(frame.code, frame.signal, frame.at);
        break;
      case "driver":
        this.#drove = frame.you;
        this.#viewer.drives?.(frame.you);
        break;
      case "refused":
        this.#refused(frame.failure, frame.over === true);
        break;
      case "welcome":
      case "preferences":
      case "view":
      case "event":
      case "preview":
      case "pong":
        // These are about the whole socket; the stream keeps them.
        break;
    }
  }

  receiveBinary(frame: BinaryFrame): void {
    if (frame.kind === 1) this.#restore(frame.bytes);
    else this.#continue(frame.offset, frame.bytes);
  }

  /** A host that is being started again is back in a moment; everything else only a person can change. */
  #refused(failure: Failure, over: boolean): void {
    if (over && failure.code === "unavailable" && this.#retries < RETRIES) {
      this.#retryTimer = setTimeout(() => this.attach(), backoffMs(this.#retries++ + 1));
      return;
    }
    this.#viewer.refused?.(failure, over);
  }

  #restore(bytes: Uint8Array): void {
    const screen = this.#announced;
    if (!screen) return;
    this.#announced = undefined;
    this.#retries = 0;
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
    this.#retries = 0;
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
    if (this.#paused) return;
    this.#acked = this.#drawn;
    this.#send({ type: "ack", channel: this.id, offset: this.#drawn });
  }

  #frame(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
    return new Uint8Array(encodeBinary({ kind: 0, channel: this.id, offset: 0, bytes }));
  }
}

/** Sizes the server takes; a panel that is being opened or closed may have none for a moment. */
function allowed(cols: number, rows: number): { cols: number; rows: number } {
  const within = (value: number, { least, most }: { least: number; most: number }): number =>
    Math.min(most, Math.max(least, Math.trunc(value) || least));
  return { cols: within(cols, TERMINAL_COLS), rows: within(rows, TERMINAL_ROWS) };
}

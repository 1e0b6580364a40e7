import { ClustrError, fromFailure, type Failure, type FailureCode } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import type { Preferences } from "../contract/preferences.ts";
import type { View } from "../contract/view.ts";
import { decodeBinary, PROTOCOL, type ServerFrame } from "../contract/wire.ts";
import { backoffMs } from "./backoff.ts";
import { TerminalChannel, type Viewer } from "./channel.ts";
import type { Follower, Send } from "./follower.ts";
import { PreviewChannel, type PreviewViewer } from "./preview.ts";
import { Pulse } from "./pulse.ts";

/** `open`: connected to the server process that began at `since`. `waiting`: not connected, tries again at `retryAt` (ms since 1970). `ended`: closed for good. */
export type StreamState =
  | { is: "connecting" }
  | { is: "open"; since?: string | undefined }
  | { is: "waiting"; retryAt: number }
  | { is: "ended" };

/** Which workspace to follow, from where, and who is told of what. */
export interface StreamOptions {
  /** Where the server is, `http://…`. */
  base: string;
  workspace: string;
  /** Bearer token; a page has its cookie instead. It travels in the protocol list, since sockets cannot set headers. */
  token?: string | undefined;
  /** Asked before every connection: where the server is by now, since a restart may have changed its port. */
  find?: (() => { base: string; token: string } | undefined) | undefined;
  /** Last `seq` known already; without it the whole view comes first. */
  after?: number | undefined;
  /** Milliseconds without a connection after which the stream ends with `unavailable`; never, unless given. */
  giveUpMs?: number;
  signal?: AbortSignal;
  on: {
    /** The whole workspace: forget what was folded so far. */
    view?(view: View): void;
    /** The next event: each once and in order, across reconnects. */
    event?(event: Event): void;
    /** What the person prefers, and every change of it. */
    preferences?(preferences: Preferences): void;
    state?(state: StreamState): void;
    refused?(failure: Failure): void;
    /** Called once. Without error when closed by us; `conflict` when the server speaks another protocol: reload. */
    end?(error?: ClustrError): void;
  };
}

const WELCOME_MS = 10_000;
/** A connection that lasted less does not reset the waits: a server that drops us at once is not asked in a tight loop. */
const STABLE_MS = 2_000;
/** Bytes waiting to be sent beyond which frames are refused: a dead peer must not fill our memory. */
const UNSENT_BYTES = 4_000_000;
/** Refusals of a whole socket that no repeat will change. */
const FINAL: ReadonlySet<FailureCode> = new Set(["invalid", "unauthenticated", "forbidden", "not_found"]);

/**
 * The socket at `/ws`: events and terminals of one workspace. Connects by itself, comes back after every loss, and goes
 * on where it was: events by `seq`, terminals by epoch and offset.
 */
export class Stream {
  readonly #options: StreamOptions;
  readonly #channels = new Map<number, Follower>();
  #socket: WebSocket | undefined;
  #pulse: Pulse | undefined;
  #welcomed = false;
  #ended = false;
  #seq: number | undefined;
  #attempt = 0;
  #nextChannel = 1;
  #lostAt = Date.now();
  #welcomedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#seq = options.after;
    options.signal?.addEventListener("abort", this.close, { once: true });
    if (options.signal?.aborted) queueMicrotask(this.close);
    else this.#connect();
  }

  /** Position of the last event given out. */
  get seq(): number | undefined {
    return this.#seq;
  }

  /** Whether the server is within reach right now. */
  get open(): boolean {
    return this.#welcomed;
  }

  /** Follows the terminal of an agent (by name). Works before the connection is up, too. */
  attach(agent: string, viewer: Viewer, size?: { cols: number; rows: number }): TerminalChannel {
    const id = this.#nextChannel++;
    const channel = new TerminalChannel(id, agent, viewer, this.#send, () => this.#channels.delete(id), size);
    this.#channels.set(id, channel);
    if (this.#welcomed) channel.attach();
    return channel;
  }

  /** Follows the terminal of an agent as text, for where there is no room or need for more. */
  preview(agent: string, viewer: PreviewViewer): PreviewChannel {
    const id = this.#nextChannel++;
    const channel = new PreviewChannel(id, agent, viewer, this.#send, () => this.#channels.delete(id));
    this.#channels.set(id, channel);
    if (this.#welcomed) channel.attach();
    return channel;
  }

  /** Tries again now instead of when the wait is over, or makes sure that the connection lives; for a page that was asleep. */
  retry(): void {
    this.#pulse?.check();
    if (this.#socket || this.#ended) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close = (): void => this.#end();

  #connect(): void {
    const { base, token } = this.#options.find?.() ?? this.#options;
    this.#options.on.state?.({ is: "connecting" });
    const socket = new WebSocket(
      `${base.replace(/^http/, "ws")}/ws`,
      token === undefined ? ["clustr"] : ["clustr", `bearer.${token}`],
    );
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(socket), WELCOME_MS);
    socket.onopen = () => {
      const after = this.#seq === undefined ? {} : { after: this.#seq };
      socket.send(JSON.stringify({ type: "hello", protocol: PROTOCOL, workspace: this.#options.workspace, ...after }));
    };
    socket.onmessage = ({ data }: { data: unknown }) => {
      if (socket !== this.#socket) return;
      this.#pulse?.beat();
      if (data instanceof ArrayBuffer) this.#binary(new Uint8Array(data));
      else this.#frame(JSON.parse(String(data)) as ServerFrame);
    };
    socket.onclose = () => this.#lose(socket);
    // An error is always followed by a close; without a listener Node would report it as uncaught.
    socket.onerror = () => {};
  }

  #binary(data: Uint8Array): void {
    const frame = decodeBinary(data);
    if (frame) this.#channels.get(frame.channel)?.receiveBinary(frame);
  }

  #frame(frame: ServerFrame): void {
    const { on } = this.#options;
    switch (frame.type) {
      case "welcome":
        if (frame.protocol !== PROTOCOL) {
          this.#end(
            new ClustrError(
              "conflict",
              "The server is of another version than this client; nothing was lost. Reload the page, or run the same version of clustr.",
            ),
          );
          return;
        }
        clearTimeout(this.#timer);
        this.#welcomed = true;
        this.#welcomedAt = Date.now();
        this.#watch();
        on.state?.({ is: "open", since: frame.since });
        for (const channel of this.#channels.values()) channel.attach();
        return;
      case "view":
        this.#seq = frame.view.seq;
        on.view?.(frame.view);
        return;
      case "event":
        if (this.#seq !== undefined && frame.event.seq <= this.#seq) return;
        this.#seq = frame.event.seq;
        on.event?.(frame.event);
        return;
      case "preferences":
        on.preferences?.(frame.preferences);
        return;
      case "screen":
      case "resized":
      case "driver":
      case "preview":
      case "exit":
        break;
      case "pong":
        return;
      case "refused":
        if (frame.channel !== undefined) break;
        on.refused?.(frame.failure);
        if (FINAL.has(frame.failure.code)) this.#end(fromFailure(frame.failure));
        return;
    }
    if (frame.channel !== undefined) this.#channels.get(frame.channel)?.receive(frame);
  }

  /** A connection can be dead without a word, and a browser does not look. */
  #watch(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#pulse = new Pulse(
      () => this.#send({ type: "ping" }),
      () => this.#lose(socket),
    );
  }

  readonly #send: Send = (frame) => {
    const socket = this.#socket;
    if (!socket || !this.#welcomed || socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > UNSENT_BYTES)
      return false;
    socket.send(frame instanceof Uint8Array ? frame : JSON.stringify(frame));
    return true;
  };

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket || this.#ended) return;
    if (this.#welcomed) {
      this.#lostAt = Date.now();
      if (this.#lostAt - this.#welcomedAt > STABLE_MS) this.#attempt = 0;
    }
    this.#drop();
    const { giveUpMs, base, on } = this.#options;
    const wait = backoffMs(this.#attempt++);
    if (giveUpMs !== undefined && Date.now() + wait - this.#lostAt > giveUpMs) {
      this.#end(
        new ClustrError(
          "unavailable",
          `The Clustr server at ${base} has been out of reach for ${Math.round((Date.now() - this.#lostAt) / 1000)} s. Agents go on; start it with "clustr" in the project folder, then try again.`,
        ),
      );
      return;
    }
    on.state?.({ is: "waiting", retryAt: Date.now() + wait });
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#pulse?.stop();
    this.#pulse = undefined;
    const was = this.#welcomed;
    this.#welcomed = false;
    if (was) for (const channel of this.#channels.values()) channel.lost();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  #end(error?: ClustrError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#drop();
    this.#options.signal?.removeEventListener("abort", this.close);
    this.#options.on.state?.({ is: "ended" });
    this.#options.on.end?.(error);
  }
}

import { createConnection, type Socket } from "node:net";
import { ClustrError, fromFailure } from "../contract/error.ts";
import type { TerminalChunk, TerminalExit, TerminalInfo } from "../core/ports/terminal.ts";
import type { HostRecord } from "./generation.ts";
import {
  type CallName,
  type Calls,
  encodeAck,
  encodeInput,
  encodeJson,
  type Frame,
  frameReader,
  type News,
  type Reply,
  type Request,
  SPOKEN_PROTOCOLS,
  WINDOW,
} from "./link.ts";

/** How long a host may take for an answer, ms, unless the call itself takes longer. */
const PATIENCE = 5_000;
/** Bytes a follower takes before it says so. */
const ACK_EVERY = WINDOW / 4;
/** Bytes of one read. */
const READ = 65_536;

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** One connection to one terminal host. When it breaks, everything under way rejects with `unavailable` and `closed` is true. */
export class Connection {
  readonly host: HostRecord;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #streams = new Map<number, (chunk: TerminalChunk) => void>();
  readonly #endings = new Set<(id: string, exit: TerminalExit) => void>();
  readonly #closing = new AbortController();
  #last = 0;

  private constructor(host: HostRecord) {
    this.host = host;
    const read = frameReader((frame) => this.#take(frame));
    const socket = createConnection({
      path: host.socket,
      // Always the same memory: a fresh buffer for every read would pile up by the hundred megabytes between two collections.
      onread: {
        buffer: Buffer.alloc(READ),
        callback: (count, buffer) => {
          try {
            read(buffer.subarray(0, count));
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => {}); // "close" follows, and all that matters is done there.
    socket.on("close", () => this.#lost());
  }

  /** Connects and says hello. */
  static async open(host: HostRecord, version: string): Promise<Connection> {
    const connection = new Connection(host);
    try {
      await connection.call("hello", { protocols: SPOKEN_PROTOCOLS, version });
      return connection;
    } catch (error) {
      connection.#socket.destroy();
      throw error;
    }
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborts when the connection is gone. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Asks the host; `timeoutMs` after which it counts as out of reach. */
  async call<K extends CallName>(call: K, input: Calls[K]["in"], timeoutMs = PATIENCE): Promise<Calls[K]["out"]> {
    return (await this.#ask(
      (request) => encodeJson({ request, call, with: input } as Request),
      timeoutMs,
    )) as Calls[K]["out"];
  }

  async write(id: string, bytes: Uint8Array): Promise<void> {
    await this.#ask((request) => encodeInput(request, id, bytes), PATIENCE);
  }

  /** Calls `listener` whenever a terminal of this host has ended; the function returned stops that. */
  onEnded(listener: (id: string, exit: TerminalExit) => void): () => void {
    this.#endings.add(listener);
    return () => this.#endings.delete(listener);
  }

  /**
   * Output of a terminal from `from` on; ends after the exit or when the signal aborts, and rejects when the connection
   * breaks. What was not taken yet waits here, at most a window's worth: the host sends more as the chunks are taken.
   */
  async *follow(
    id: string,
    from: number,
    signal: AbortSignal,
    check: (info: TerminalInfo) => void,
  ): AsyncGenerator<TerminalChunk> {
    const stream = ++this.#last;
    const queue: TerminalChunk[] = [];
    let wake = Promise.withResolvers<void>();
    const stop = () => wake.resolve();
    this.#streams.set(stream, (chunk) => {
      queue.push(chunk);
      wake.resolve();
    });
    signal.addEventListener("abort", stop);
    this.closing.addEventListener("abort", stop);
    try {
      check(await this.call("follow", { id, from, stream }));
      let acked = from;
      while (!signal.aborted) {
        const chunk = queue.shift();
        if (!chunk) {
          if (this.closed) throw lost();
          await wake.promise;
          wake = Promise.withResolvers();
          continue;
        }
        yield chunk;
        if (chunk.type === "exit") return;
        const taken = endOf(chunk);
        if (taken - acked >= ACK_EVERY) this.#socket.write(encodeAck(stream, (acked = taken)));
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.closing.removeEventListener("abort", stop);
      this.#streams.delete(stream);
      if (!this.closed) this.call("unfollow", { stream }).catch(() => {}); // Gone either way.
    }
  }

  close(): void {
    this.#socket.destroy();
    this.#lost();
  }

  #ask(encode: (request: number) => Buffer, timeoutMs: number): Promise<unknown> {
    if (this.closed) return Promise.reject(lost());
    const request = ++this.#last;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(request);
        reject(
          new ClustrError(
            "unavailable",
            `The terminal host (process ${this.host.pid}) did not answer within ${Math.round(timeoutMs / 1000)} s. Its terminals go on; try again in a moment.`,
          ),
        );
      }, timeoutMs);
      this.#pending.set(request, { resolve, reject, timer });
      this.#socket.write(encode(request));
    });
  }

  #take(frame: Frame): void {
    if (frame.type === "output") {
      this.#streams.get(frame.stream)?.({ type: "bytes", offset: frame.offset, bytes: frame.bytes });
      return;
    }
    if (frame.type !== "json") return;
    const said = frame.value as Reply | News;
    if ("stream" in said) this.#streams.get(said.stream)?.(said.chunk);
    else if ("ended" in said) for (const listener of this.#endings) listener(said.ended, said.exit);
    else {
      const pending = this.#pending.get(said.request);
      this.#pending.delete(said.request);
      clearTimeout(pending?.timer);
      if ("failure" in said) pending?.reject(fromFailure(said.failure));
      else pending?.resolve(said.value);
    }
  }

  #lost(): void {
    if (this.closed) return;
    this.#closing.abort();
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(lost());
    }
    this.#pending.clear();
  }
}

/** The offset after a chunk. */
export function endOf(chunk: TerminalChunk): number {
  return chunk.type === "bytes" ? chunk.offset + chunk.bytes.length : chunk.offset;
}

function lost(): ClustrError {
  return new ClustrError(
    "unavailable",
    "The connection to the terminal host broke. Its terminals go on if it lives; try again in a moment.",
  );
}

import { request as send, type IncomingMessage } from "node:http";
import { createConnection } from "node:net";
import type { DoorLimits, Hold, Memory } from "./door-limits.ts";

/** One agent's request, complete, as it is sent to the server: as often as it takes. */
export interface Ask {
  method: string;
  path: string;
  /** name, value, name, value… */
  headers: string[];
  body: Buffer;
}

/** What became of sending an ask once. */
export type Outcome =
  | { type: "answered"; response: IncomingMessage; body: Buffer; hold: Hold }
  /** An event stream: it goes to the agent as it comes. */
  | { type: "streaming"; response: IncomingMessage }
  /** No complete answer came; `reached` when the server had at least accepted the connection. */
  | { type: "broken"; reached: boolean; cause: string }
  /** The server answered with something that cannot be passed on. */
  | { type: "unusable"; problem: string };

/**
 * Sends an ask to the server's socket once. Waits for the answer without limit: a permission may be answered after
 * hours. Every try has a connection of its own, so that a stale one is never taken for a lost answer. The server must
 * frame its answers by length or chunks, as Node does: an answer that ends with the connection would look complete when cut.
 */
export function sendOnce(
  target: string,
  ask: Ask,
  limits: DoorLimits,
  memory: Memory,
  signal: AbortSignal,
): Promise<Outcome> {
  return new Promise((resolve) => {
    let reached = false;
    const hold = memory.hold();
    // Told to close, a server that answers before it has read everything would cut us off in the middle of sending.
    const headers = [...ask.headers, "connection", "keep-alive"];
    const upstream = send({ socketPath: target, method: ask.method, path: ask.path, headers, agent: false, signal });
    const settle = (outcome: Outcome): void => {
      if (outcome.type !== "answered") hold.release();
      resolve(outcome);
    };
    const unusable = (problem: string): void => {
      settle({ type: "unusable", problem });
      upstream.destroy();
    };
    upstream.on("socket", (socket) => socket.once("connect", () => (reached = true)));
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith("HPE_")) return unusable(`The server's answer is not HTTP (${error.code}).`);
      settle({ type: "broken", reached, cause: error.code ?? error.message });
    });
    upstream.on("response", (response) => {
      response.on("error", (error: NodeJS.ErrnoException) =>
        settle({ type: "broken", reached, cause: error.code ?? error.message }),
      );
      if (response.headers["content-type"]?.startsWith("text/event-stream"))
        return settle({ type: "streaming", response });
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > limits.answerBytes)
          return unusable(`The answer is larger than ${limits.answerBytes} bytes; ask for less at once.`);
        if (!hold.take(chunk.length)) return unusable("The agents' door holds too much for this answer just now.");
        chunks.push(chunk);
      });
      response.on("end", () =>
        settle(
          response.complete
            ? { type: "answered", response, body: Buffer.concat(chunks), hold }
            : { type: "broken", reached, cause: "cut" },
        ),
      );
    });
    upstream.end(ask.body);
  });
}

/** Looks whether the server is back: one look at a time, however many requests wait for it. */
export class ServerReturn {
  readonly #waiting = new Set<() => void>();
  readonly #target: string;
  readonly #everyMs: number;
  readonly #log: (message: string, details?: Record<string, unknown>) => void;
  #awaySince = 0;

  constructor(target: string, everyMs: number, log: (message: string, details?: Record<string, unknown>) => void) {
    this.#target = target;
    this.#everyMs = everyMs;
    this.#log = log;
  }

  /** Resolves when the server accepts connections again, after `limitMs`, or when the signal aborts: look which. */
  wait(limitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      signal.addEventListener("abort", done, { once: true });
      this.#waiting.add(done);
      if (this.#waiting.size === 1 && this.#awaySince === 0) {
        this.#awaySince = performance.now();
        this.#log("the server is away; requests are held");
        this.#lookLater();
      }
    });
  }

  #lookLater(): void {
    setTimeout(() => {
      if (this.#waiting.size === 0) return void (this.#awaySince = 0);
      const look = createConnection(this.#target);
      look.once("error", () => this.#lookLater());
      look.once("connect", () => {
        look.destroy();
        this.#log("the server is back", {
          awayMs: Math.round(performance.now() - this.#awaySince),
          held: this.#waiting.size,
        });
        this.#awaySince = 0;
        for (const wake of this.#waiting) wake();
      });
    }, this.#everyMs);
  }
}

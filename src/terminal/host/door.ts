import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ClustrError, type Failure, FAILURES } from "../../contract/error.ts";
import { DOOR_LIMITS, type DoorLimits, Memory } from "./door-limits.ts";
import { relay } from "./door-relay.ts";
import { endToEnd, forwardHeaders, malformed, readBody } from "./door-request.ts";
import { ServerReturn } from "./door-upstream.ts";

/** Longer than any HTTP client keeps an idle connection, so that none is closed under a request on its way. */
const IDLE_MS = 10 * 60_000;

export interface DoorOptions {
  /** Path of the server's unix socket. It need not exist yet. */
  target: string;
  /** 0 or absent: any free port. */
  port?: number | undefined;
  host: "127.0.0.1";
  log: (message: string, details?: Record<string, unknown>) => void;
  limits?: Partial<DoorLimits>;
}

export interface Door {
  port: number;
  /** Closes the address and drops what is under way. */
  close(): Promise<void>;
}

/**
 * Opens the agents' door: an HTTP address on loopback that outlives the server. It takes whole requests, gives each an
 * identity (`x-clustr-request`) and relays it to the server's socket; while the server is away, or when it dies before
 * its answer is complete, the request is held and sent again under the same identity, so that a restart never shows in
 * an agent. Answers are passed on complete, event streams as they come. It authorises nothing; that is the server's.
 * Rejects with `conflict` when the port is taken.
 */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const limits = { ...DOOR_LIMITS, ...options.limits };
  const memory = new Memory(limits.heldBytes);
  const back = new ServerReturn(options.target, limits.retryMs, options.log);
  let underWay = 0;

  const listener = createServer(
    { headersTimeout: 10_000, requestTimeout: 60_000, connectionsCheckingInterval: 5_000, keepAliveTimeout: IDLE_MS },
    (request, response) => {
      underWay++;
      serve(request, response)
        .catch((error: unknown) => {
          // An agent that hung up while it was read or answered: nobody is left to tell.
          if (!response.destroyed) options.log("a request failed inside the door", { error: String(error) });
          response.destroy();
        })
        .finally(() => underWay--);
    },
  );
  listener.maxConnections = limits.connections;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const refused = malformed(request);
    if (refused)
      return answer(response, refused.status, { code: "invalid", message: refused.problem }, { connection: "close" });
    const hold = memory.hold();
    try {
      const tooMany = underWay > limits.requests;
      const body = await readBody(request, tooMany ? { ...limits, requestBytes: 0 } : limits, hold);
      if (body === "no_room" || tooMany) return busy(response);
      if (body === "too_large") {
        return answer(response, FAILURES.too_large.http, {
          code: "too_large",
          message: `A request may have ${limits.requestBytes} bytes. Nothing was done; send less.`,
        });
      }
      const ask = {
        method: request.method ?? "GET",
        path: request.url ?? "/",
        headers: forwardHeaders(request, randomUUID(), body.length),
        body,
      };
      const outcome = await relay(options.target, ask, limits, memory, back, gone.signal);
      if (gone.signal.aborted) {
        if (outcome.type === "answered") outcome.hold.release();
        return;
      }
      if (outcome.type === "unusable") return answer(response, 502, { code: "unavailable", message: outcome.problem });
      if (outcome.type === "broken") {
        const minutes = Math.round(limits.patienceMs / 60_000);
        return answer(response, 503, {
          code: "unavailable",
          message: `Clustr's server did not answer for ${minutes} minutes. Whether this call was done is not known; start clustr, look, and try again.`,
        });
      }
      hold.release();
      if (outcome.type === "streaming") return await stream(outcome.response, response);
      await pass(outcome.response, outcome.body, response).finally(() => outcome.hold.release());
    } finally {
      hold.release();
    }
  }

  await new Promise<void>((resolve, reject) => {
    listener.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const message = taken
        ? `Port ${options.port} of the agents' door is taken by another program. No agent can reach Clustr there; end that program, or let another port be chosen.`
        : `The agents' door could not be opened (${error.code ?? error.message}).`;
      reject(new ClustrError(taken ? "conflict" : "unavailable", message, { cause: error }));
    });
    listener.listen(options.port ?? 0, options.host, resolve);
  });
  listener.on("error", (error) => options.log("the agents' door has trouble", { error: String(error) }));

  return {
    port: (listener.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

function busy(response: ServerResponse): Promise<void> {
  return answer(
    response,
    503,
    {
      code: "unavailable",
      message: "The agents' door holds as many requests as it may. Nothing was done; try again in a second.",
    },
    { "retry-after": "1" },
  );
}

function answer(
  response: ServerResponse,
  status: number,
  failure: Failure,
  headers: Record<string, string> = {},
): Promise<void> {
  const body = JSON.stringify(failure);
  response.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
  });
  return finished(response, () => response.end(body));
}

/** Passes a complete answer on. */
function pass(from: IncomingMessage, body: Buffer, to: ServerResponse): Promise<void> {
  to.sendDate = false;
  // Answers without a body keep the length they speak of.
  const bodyless = from.statusCode === 204 || from.statusCode === 304 || to.req.method === "HEAD";
  const headers = endToEnd(from.rawHeaders, bodyless ? [] : ["content-length"]);
  if (!bodyless) headers.push("content-length", String(body.length));
  to.writeHead(from.statusCode ?? 502, from.statusMessage ?? "", headers);
  return finished(to, () => to.end(body));
}

/** Passes an event stream on at the agent's pace; it ends, without error, when the server does. */
function stream(from: IncomingMessage, to: ServerResponse): Promise<void> {
  to.sendDate = false;
  to.writeHead(from.statusCode ?? 502, from.statusMessage ?? "", endToEnd(from.rawHeaders, ["content-length"]));
  to.flushHeaders();
  return finished(to, () => {
    from.once("close", () => to.end());
    from.pipe(to, { end: false });
  });
}

/** Does the writing, then waits until the agent has everything or has gone: only then may memory be counted free. */
function finished(response: ServerResponse, write: () => void): Promise<void> {
  return new Promise((resolve) => {
    response.once("close", resolve);
    if (response.destroyed) resolve();
    else write();
  });
}

import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ClustrError, toFailure } from "../contract/error.ts";
import type { Logins } from "./access.ts";
import { failureAnswer, type Answer } from "./answer.ts";
import { openAssets, type Assets } from "./assets.ts";
import { authorise, type Call } from "./auth.ts";
import { createApp } from "./http.ts";
import { listenLocal, listenSocket } from "./listen.ts";
import { logIn } from "./login.ts";
import { checkRequest, pathOf, type Listener } from "./request.ts";
import { createSockets, type Sockets } from "./socket.ts";
import type { Surface } from "./surface.ts";

/** How long answers under way may take when the server ends, ms. Hooks that are held do not count: the door asks again. */
const GRACE_MS = 1000;

export interface ServerOptions extends Surface {
  /** 32 bytes of the home; all bearer tokens are computed from it. */
  secret: Buffer;
  /** One-time links; the core hands out the same ones. */
  logins: Logins;
  /** 0: any. */
  port: number;
  /** Take the next free port when this one is taken. */
  nextFree: boolean;
  /** Path of the unix socket to which the agents' door relays. */
  doorSocket: string;
  /** Port of that door, as agents know it. */
  doorPort: () => number;
  /** Folder of the built page. */
  page: string | undefined;
  /** Ends the server, like `close`. */
  signal: AbortSignal;
}

export interface RunningServer {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Starts every surface: the page's listener on 127.0.0.1 and ::1, and the socket behind the agents' door. Rejects with
 * `conflict` when the port is taken or another server has the socket.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { core, log, signal } = options;
  const ending = new AbortController();
  let port = options.port;
  const pages: Listener = { kind: "page", port: () => port };
  const agents: Listener = { kind: "agents", port: options.doorPort };
  const sockets = createSockets(options, ending.signal);

  const pageServers = { four: httpServer(), six: httpServer() };
  const door = httpServer();
  const assets = await openAssets(options.page);
  for (const server of Object.values(pageServers)) serve(server, pages, options, assets, sockets);
  serve(door, agents, options, undefined, undefined);

  await listenSocket(door, options.doorSocket);
  try {
    port = await listenLocal(pageServers, options.port, options.nextFree);
  } catch (error) {
    await end(door);
    throw error;
  }
  const url = `http://127.0.0.1:${port}`;
  log("listening", { url, door: options.doorSocket });

  let closed: Promise<void> | undefined;
  const close = () => (closed ??= shut());
  async function shut(): Promise<void> {
    signal.removeEventListener("abort", close);
    ending.abort();
    await Promise.all([pageServers.four, pageServers.six, door].map(end));
  }
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) await close();
  return { url, port, close };

  function httpServer(): Server {
    const server = createServer({
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 60_000,
      connectionsCheckingInterval: 5000,
    });
    server.maxConnections = 200;
    return server;
  }

  /** Puts the gate and what is behind it on a server. Upgrades go through the very same gate. */
  function serve(
    server: Server,
    listener: Listener,
    surface: ServerOptions,
    page: Assets | undefined,
    upgrades: Sockets | undefined,
  ): void {
    const app = createApp(surface, page);
    const calls = new WeakMap<IncomingMessage, Call>();
    const answer = getRequestListener(
      (request, env) => app.fetch(request, { ...env, call: calls.get(env.incoming as IncomingMessage) }),
      { overrideGlobalObjects: false },
    );

    server.on("request", (req, res) => {
      const began = performance.now();
      admit(req, listener)
        .then((admitted) => {
          res.once("close", () =>
            log("request", {
              method: req.method,
              path: pathOf(req),
              status: res.statusCode,
              ms: Math.round(performance.now() - began),
              session: "session" in admitted ? admitted.session : undefined,
            }),
          );
          if ("status" in admitted) return write(res, admitted);
          calls.set(req, admitted);
          return answer(req, res);
        })
        .catch((error: unknown) => {
          const failure = refused(req, error);
          write(res, failureAnswer(failure, wantsPage(req)), { connection: "close" });
        });
    });
    server.on("upgrade", (req, stream, head) => {
      stream.on("error", () => stream.destroy());
      try {
        const call = authorise(req, listener, surface);
        if (!upgrades) throw new ClustrError("not_found", "There is no socket here.");
        upgrades.upgrade(req, stream, head, call);
        log("socket", { session: call.session });
      } catch (error) {
        writeRaw(stream, failureAnswer(refused(req, error), false));
      }
    });
    server.on("clientError", (_, stream) =>
      stream.writable
        ? stream.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        : stream.destroy(),
    );
  }

  /** Who a request is from, or, for a login, the answer to it. */
  async function admit(req: IncomingMessage, listener: Listener): Promise<Call | Answer> {
    if (listener.kind !== "page" || pathOf(req) !== "/login") return authorise(req, listener, options);
    checkRequest(req, listener);
    return logIn(req, { core, logins: options.logins, port, known: isKnown(req, listener) });
  }

  function isKnown(req: IncomingMessage, listener: Listener): boolean {
    try {
      authorise(req, listener, options);
      return true;
    } catch {
      return false;
    }
  }

  /** A refusal is recorded before it is said. The query is left out: it may hold a token. */
  function refused(req: IncomingMessage, error: unknown): ReturnType<typeof toFailure> {
    const failure = toFailure(error);
    const operation = `${req.method ?? ""} ${pathOf(req)}`.slice(0, 200);
    if (failure.code === "internal")
      log("a request failed inside", { operation, error: error instanceof Error ? error.stack : String(error) });
    else log("refused", { operation, code: failure.code });
    if (failure.code === "unauthenticated" || failure.code === "forbidden")
      core.refused(undefined, operation, failure.code, failure.message);
    return failure;
  }
}

/** Whether a browser navigates, so that a person will read the answer. */
function wantsPage(req: IncomingMessage): boolean {
  return req.method === "GET" && !pathOf(req).startsWith("/api") && (req.headers.accept ?? "").includes("text/html");
}

function write(res: ServerResponse, { status, headers, body }: Answer, more: Record<string, string> = {}): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(status, { ...headers, ...more, "content-length": Buffer.byteLength(body) }).end(body);
}

function writeRaw(stream: Duplex, { status, headers, body }: Answer): void {
  const lines = Object.entries({
    ...headers,
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}

/** Takes no more connections, lets answers under way finish, then cuts what is left. */
async function end(server: Server): Promise<void> {
  if (!server.listening) return;
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(timer);
}

import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener } from "@hono/node-server";
import { ClustrError } from "../contract/error.ts";
import type { Logins } from "./access.ts";
import { failureAnswer, type Answer } from "./answer.ts";
import type { Assets } from "./assets.ts";
import { authorise, type Call } from "./auth.ts";
import { createApp } from "./http.ts";
import { logIn } from "./login.ts";
import { createRefusals } from "./refusals.ts";
import { checkRequest, pathOf, type Listener } from "./request.ts";
import type { Sockets } from "./socket.ts";
import type { Surface } from "./surface.ts";
import { tokenReader } from "./tokens.ts";

/** Time limits of HTTP, ms: whoever sends a request drop by drop, or keeps a connection idle, does not hold it for ever. */
const TIMES = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 5_000,
};
/** Connections at once. The agents' door opens one for every request it holds. */
const CONNECTIONS = { page: 200, agents: 512 };

/**
 * An HTTP server with the gate at its entry: requests and upgrades are admitted or refused before anything else looks
 * at them. `page`: what people get beside the API; missing at the agents' door.
 */
export function createEntry(
  listener: Listener,
  surface: Surface & { secret: Buffer; logins: Logins },
  page: { assets: Assets; sockets: Sockets } | undefined,
): Server {
  const { core, log } = surface;
  const gate = { core, bearer: tokenReader(surface.secret) };
  const app = createApp(surface, page?.assets);
  const refused = createRefusals(core, log);
  const calls = new WeakMap<IncomingMessage, Call>();
  const answer = getRequestListener(
    (request, env) => app.fetch(request, { ...env, call: calls.get(env.incoming as IncomingMessage) }),
    { overrideGlobalObjects: false },
  );
  const server = createServer(TIMES);
  server.maxConnections = CONNECTIONS[listener.kind];

  server.on("request", (req, res) => {
    handle(req, res).catch((error: unknown) => {
      write(res, failureAnswer(refused(req, error), wantsPage(req)));
    });
  });
  server.on("upgrade", (req, stream, head) => {
    stream.on("error", () => stream.destroy());
    try {
      const call = authorise(req, listener, gate);
      if (!page) throw new ClustrError("not_found", "There is no socket here.");
      page.sockets.upgrade(req, stream, head, call);
      log("socket", { session: call.session });
    } catch (error) {
      writeRaw(stream, failureAnswer(refused(req, error), false));
    }
  });
  server.on("clientError", (_, stream) => {
    if (stream.writable) stream.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    else stream.destroy();
  });
  return server;

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const began = performance.now();
    if (listener.kind === "page" && pathOf(req) === "/login") {
      checkRequest(req, listener);
      write(res, await logIn(req, { core, logins: surface.logins, port: listener.port(), known: isKnown(req) }));
      return;
    }
    const call = authorise(req, listener, gate);
    calls.set(req, call);
    res.once("close", () => {
      const ms = Math.round(performance.now() - began);
      log("request", { method: req.method, path: pathOf(req), status: res.statusCode, ms, session: call.session });
    });
    await answer(req, res);
  }

  function isKnown(req: IncomingMessage): boolean {
    try {
      authorise(req, listener, gate);
      return true;
    } catch {
      return false;
    }
  }
}

/** Whether a browser navigates, so that a person will read the answer. */
function wantsPage(req: IncomingMessage): boolean {
  return req.method === "GET" && !pathOf(req).startsWith("/api") && (req.headers.accept ?? "").includes("text/html");
}

/** The rest of a refused body is read and thrown away (for 60 s at most), so that the caller is able to read why. */
function write(res: ServerResponse, { status, headers, body }: Answer): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}

function writeRaw(stream: Duplex, { status, headers, body }: Answer): void {
  const all = { ...headers, "content-length": String(Buffer.byteLength(body)), connection: "close" };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${body}`);
}

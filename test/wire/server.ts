import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { FAILURES, type Failure } from "../../src/contract/error.ts";
import { operations, type OperationName } from "../../src/contract/operations.ts";
import { WireSockets } from "./sockets.ts";

/** A call as it arrived, decoded by the contract's routes and nothing of the client's. */
export interface Call {
  name: OperationName;
  input: Record<string, unknown>;
  workspace: string | undefined;
  authorization: string | undefined;
}

/** What an operation answers: its output, or a failure. */
export type Answer = (call: Call) => unknown;

/**
 * A real HTTP and socket server on loopback that speaks the contract and knows nothing of workspaces: tests say what it
 * answers. For clients; what the true server does is tested with the true server.
 */
export class WireServer {
  /** Where it listens, or listened before it was killed. */
  port = 0;
  readonly token = "token-of-the-person";
  readonly calls: Call[] = [];
  /** Ids that changes carried, in order. */
  readonly keys: string[] = [];
  readonly answers = new Map<OperationName, Answer>();
  readonly sockets = new WireSockets();
  readonly #http: Server;
  readonly #open = new Set<Socket>();
  /** Answers to anything that is no operation, e.g. `/mcp`. */
  other: (request: IncomingMessage, body: string, response: ServerResponse) => void = (_request, _body, response) => {
    response.writeHead(404).end("nothing here");
  };

  constructor() {
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#http.on("connection", (socket: Socket) => {
      this.#open.add(socket);
      socket.on("close", () => this.#open.delete(socket));
    });
    this.#http.on("upgrade", (request, socket: Socket, head) => this.sockets.upgrade(request, socket, head));
  }

  static async start(port = 0): Promise<WireServer> {
    const server = new WireServer();
    await server.listen(port);
    return server;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#http.once("error", reject).listen(port, "127.0.0.1", resolve));
    this.port = (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Sets what an operation answers from now on. */
  answer(name: OperationName, answer: Answer): void {
    this.answers.set(name, answer);
  }

  /** Stops listening and breaks every connection, as a killed process does. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    const call = callOf(request, body);
    if (!call) return this.other(request, body, response);
    this.calls.push(call);
    const key = request.headers["idempotency-key"];
    if (typeof key === "string") this.keys.push(key);
    try {
      const answer = this.answers.get(call.name);
      if (!answer) throw { code: "internal", message: `no answer was set for ${call.name}` } satisfies Failure;
      reply(response, 200, await answer(call));
    } catch (thrown) {
      const { code, message, details } = thrown as Failure;
      reply(response, FAILURES[code].http, { code, message, ...(details === undefined ? {} : { details }) });
    }
  }
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Finds the operation a request means, or undefined. Fixed paths come before those with parts. */
export function callOf(
  request: { method?: string | undefined; url?: string | undefined; headers: IncomingMessage["headers"] },
  body: string,
): Call | undefined {
  const url = new URL(request.url ?? "/", "http://localhost");
  const byParts = Object.entries(operations).toSorted(
    ([, a], [, b]) => a.http.split(":").length - b.http.split(":").length,
  );
  for (const [name, { http, scope }] of byParts) {
    const [method, pattern = ""] = http.split(" ");
    if (method !== request.method) continue;
    const prefix = scope === "workspace" ? "/api/workspaces/(?<workspace>[^/]+)" : "/api";
    const match = new RegExp(`^${prefix}${pattern.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`).exec(url.pathname);
    if (!match) continue;
    const { workspace, ...parts } = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]),
    );
    const rest = body ? (JSON.parse(body) as Record<string, unknown>) : Object.fromEntries(url.searchParams);
    return {
      name: name as OperationName,
      input: { ...parts, ...rest },
      workspace,
      authorization: request.headers.authorization,
    };
  }
  return undefined;
}

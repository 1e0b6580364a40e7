import { randomBytes, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HookCall } from "../../src/core/ports/service.ts";

/** A tool the door's MCP server offers, and what it answers. */
export interface RigTool {
  name: string;
  description: string;
  run: (args: Record<string, unknown>) => string | Promise<string>;
}

/** The agents' door in small: `/mcp` and `/hooks/<name>` behind one bearer token, for tests of a service without the server. */
export interface Door extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  /** Every hook call, in order, with its body. */
  readonly hooks: { name: string; body: Record<string, unknown>; at: number }[];
  /** Requests without the token. */
  readonly refused: string[];
  /** Who answers hooks; calls made before it is set wait for it, and what the one before left unanswered is asked again. */
  answerHooks(answer: (call: HookCall) => Promise<unknown>): void;
  /** Breaks the connections of hooks that wait for an answer, as the end of the door itself would. */
  loseHooks(): void;
  /** Resolves once tools/list was answered, false after `timeoutMs`. */
  toolsListed(timeoutMs: number): Promise<boolean>;
}

/** Opens a door on a free port of loopback, with a token of its own. */
export async function rigDoor(tools: RigTool[]): Promise<Door> {
  const token = randomBytes(16).toString("hex");
  const hooks: Door["hooks"] = [];
  const refused: string[] = [];
  const listed = Promise.withResolvers<void>();
  const open = new Set<ServerResponse>();
  let answered = false;
  let replaced = Promise.withResolvers<void>();
  let answering = Promise.withResolvers<(call: HookCall) => Promise<unknown>>();

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const path = new URL(req.url ?? "/", "http://door").pathname;
    if (req.headers.authorization !== `Bearer ${token}`) {
      refused.push(`${req.method} ${path}`);
      return void res.writeHead(401).end();
    }
    if (path === "/mcp" && req.method === "POST") return mcp(req, res);
    if (path === "/mcp") return void res.writeHead(405).end();
    if (!path.startsWith("/hooks/")) return void res.writeHead(404).end();
    const body = JSON.parse(await text(req)) as Record<string, unknown>;
    const name = path.slice("/hooks/".length);
    hooks.push({ name, body, at: performance.now() });
    const gone = new AbortController();
    open.add(res);
    res.on("close", () => {
      open.delete(res);
      gone.abort();
    });
    const requestId = randomUUID();
    let answer: unknown;
    // As the real door does: what a server left unanswered is asked again of the next one, under the same id.
    for (let again = true; again;) {
      const asked = answering;
      const next = replaced.promise.then(() => ({ again: true, answer: undefined }));
      const reply = asked.promise
        .then((answerHook) => answerHook({ requestId, name, body, signal: gone.signal }))
        .then((value) => ({ again: false, answer: value }));
      ({ again, answer } = await Promise.race([reply, next]));
    }
    if (!res.destroyed) res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer ?? {}));
  }

  async function mcp(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const call = JSON.parse(await text(req)) as { id?: number; method: string; params?: Record<string, unknown> };
    if (call.id === undefined) return void res.writeHead(202).end();
    const reply = (result: unknown): void =>
      void res
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ jsonrpc: "2.0", id: call.id, result }));
    const refuse = (message: string): void =>
      void res
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ jsonrpc: "2.0", id: call.id, error: { code: -32601, message } }));
    if (call.method === "initialize")
      return reply({
        protocolVersion: "2025-11-25",
        capabilities: { tools: {} },
        serverInfo: { name: "clustr", version: "0" },
      });
    if (call.method === "ping") return reply({});
    if (call.method === "tools/list") {
      reply({
        tools: tools.map(({ name, description }) => ({
          name,
          description,
          inputSchema: { type: "object", additionalProperties: true },
        })),
      });
      return listed.resolve();
    }
    const tool = call.method === "tools/call" ? tools.find((one) => one.name === call.params?.name) : undefined;
    if (!tool) return refuse(`no ${call.method}`);
    reply({
      content: [{ type: "text", text: await tool.run((call.params?.arguments ?? {}) as Record<string, unknown>) }],
    });
  }

  const server = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      if (!res.headersSent) res.writeHead(500);
      res.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    token,
    hooks,
    refused,
    answerHooks(answer) {
      const before = replaced;
      if (answered) {
        answering = Promise.withResolvers();
        replaced = Promise.withResolvers();
      }
      answered = true;
      answering.resolve(answer);
      if (before !== replaced) before.resolve();
    },
    loseHooks() {
      for (const response of open) response.destroy();
    },
    toolsListed: (timeoutMs) =>
      Promise.race([
        listed.promise.then(() => true),
        new Promise<boolean>((resolve) => setTimeout(resolve, timeoutMs, false).unref()),
      ]),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function text(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

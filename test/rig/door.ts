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
  /** Who answers hooks; calls made before it is set wait for it. */
  answerHooks(answer: (call: HookCall) => Promise<unknown>): void;
  /** Resolves once tools/list was answered, false after `timeoutMs`. */
  toolsListed(timeoutMs: number): Promise<boolean>;
}

export async function rigDoor(tools: RigTool[]): Promise<Door> {
  const token = randomBytes(16).toString("hex");
  const hooks: Door["hooks"] = [];
  const refused: string[] = [];
  const listed = Promise.withResolvers<void>();
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
    res.on("close", () => gone.abort());
    const answer = await (await answering.promise)({ requestId: randomUUID(), name, body, signal: gone.signal });
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
      answering.resolve(answer);
      answering = Promise.withResolvers();
      answering.resolve(answer);
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

import fc from "fast-check";
import { operations } from "../../../src/contract/operations.ts";
import type { Operation } from "../../../src/contract/operation.ts";
import { toolOperations } from "../../../src/server/tools.ts";
import { filled } from "../../gate/fields.ts";
import { bent, mangled, nearlyJson } from "./bent.ts";

/** Whom requests are for, and what opens the door there. */
export interface Aim {
  /** Port that the Host header names. */
  port: number;
  token: string;
  workspace: string;
}

/** Never asked for, however bent: they end what is being tested, or start what takes long. */
const SPARED = new Set(["server.shutdown", "workspace.close", "limits.set", "shell.open", "snapshot.take"]);
/** Names that hooks of the services have, and one that none has. */
const HOOKS = [
  "signal",
  "next-message",
  "line",
  "edit",
  "PreToolUse",
  "PostToolUse",
  "Stop",
  "SessionStart",
  "nothing",
];
const HOOK_BODIES = [
  { type: "working", activity: "x" },
  {
    session_id: "s",
    hook_event_name: "PreToolUse",
    tool_name: "Bash",
    tool_input: { command: "ls" },
    tool_use_id: "t",
  },
  { got: ["m-1"], left: { path: "a", write: "b" }, key: "k", answer: { kind: "allow" } },
];

function request(aim: Aim, head: string, headers: string[], body?: Buffer): Buffer {
  const lines = [head, `Host: 127.0.0.1:${aim.port}`, `Authorization: Bearer ${aim.token}`, ...headers];
  if (body) lines.push("Content-Type: application/json", `Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body ?? Buffer.alloc(0)]);
}

/** Bodies of every operation that is right, bent, sent to its own route. */
export function apiRequests(aim: Aim): fc.Arbitrary<Buffer> {
  const all = (Object.entries(operations) as [string, Operation][]).filter(([name]) => !SPARED.has(name));
  const one = all.map(([, operation]) => {
    const [method = "GET", path = "/"] = operation.http.split(" ");
    const base = operation.scope === "workspace" ? `/api/workspaces/${aim.workspace}` : "/api";
    const input = filled(operation, {});
    if (method === "GET") {
      return bent([input]).map((value) => {
        const entries = typeof value === "object" && value !== null ? Object.entries(value) : [["x", value]];
        const query = entries.map(([key, part]) => `${escaped(key)}=${escaped(part)}`).join("&");
        return request(aim, `GET ${base}${path.replace(/:\w+/g, "x")}?${query.slice(0, 4_000)} HTTP/1.1`, []);
      });
    }
    const head = `${method} ${base}${path.replace(/:\w+/g, "x")} HTTP/1.1`;
    return nearlyJson(bent([input])).map((body) => request(aim, head, [], body));
  });
  return fc.oneof(...one);
}

function escaped(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return encodeURIComponent(text.toWellFormed().slice(0, 500));
}

/** JSON-RPC, single and in batches, with every tool's arguments bent. */
export function mcpRequests(aim: Aim): fc.Arbitrary<Buffer> {
  const calls = [...toolOperations].map(([name, operation]) => ({
    ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
    params: { name, arguments: filled(operations[operation] as Operation, {}) },
  }));
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "x", version: "1" } };
  const others = ["initialize", "tools/list", "ping", "resources/list", "notifications/initialized", "server/discover"];
  const rest = others.map((method) => ({ jsonrpc: "2.0", id: 2, method, params }));
  const headers = ["Accept: application/json, text/event-stream", "MCP-Protocol-Version: 2025-11-25"];
  const spoken = fc.constantFrom(headers, headers.slice(0, 1), [], [...headers.slice(0, 1), "MCP-Protocol-Version: 9"]);
  return fc
    .tuple(spoken, nearlyJson(bent([...calls, ...rest, [...calls.slice(0, 3)], []])))
    .map(([own, body]) => request(aim, "POST /mcp HTTP/1.1", own, body));
}

export function hookRequests(aim: Aim): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.constantFrom(...HOOKS), nearlyJson(bent(HOOK_BODIES)))
    .map(([name, body]) => request(aim, `POST /hooks/${name} HTTP/1.1`, ["X-Clustr-Request: x"], body));
}

/** Requests that Node's own parser lets through, and right ones with bytes changed. */
export function rawRequests(aim: Aim): fc.Arbitrary<Buffer> {
  const host = `Host: 127.0.0.1:${aim.port}`;
  const token = `Authorization: Bearer ${aim.token}`;
  const lines = (...all: string[]): Buffer => Buffer.from(`${all.join("\r\n")}\r\n\r\n`, "latin1");
  const body = '{"to":"all","content":"x"}';
  const vectors = [
    lines("GET /api HTTP/1.0", token),
    lines("GET /api HTTP/1.1", host, "Host: evil.test", token),
    lines("GET http://evil.test/api HTTP/1.1", host, token),
    lines("GET //evil.test/api HTTP/1.1", host, token),
    lines("GET /api#x HTTP/1.1", host, token),
    lines("GET /..%2f..\\..//api HTTP/1.1", host, token),
    lines("GET /%c0%ae%c0%ae/%ff HTTP/1.1", host, token),
    lines("OPTIONS * HTTP/1.1", host, token),
    lines("CONNECT 127.0.0.1:1 HTTP/1.1", host, token),
    lines("TRACE /api HTTP/1.1", host, token),
    lines("QUERY /api HTTP/1.1", host, token),
    lines("GET /api HTTP/1.1", host, token, "Expect: 100-continue"),
    lines("POST /mcp HTTP/1.1", host, token, "Expect: something", "Content-Length: 2"),
    lines("POST /mcp HTTP/1.1", host, token, "Content-Length: 5", "Transfer-Encoding: chunked"),
    lines("POST /mcp HTTP/1.1", host, token, "Content-Length: 99999999999999999999"),
    lines("POST /mcp HTTP/1.1", host, token, "Content-Length: -1"),
    lines("POST /mcp HTTP/1.1", host, token, "Content-Length: 1, 2"),
    lines("GET /ws HTTP/1.1", host, token, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 7"),
    lines("GET /ws HTTP/1.1", host, token, "Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAA"),
    lines("GET /api HTTP/1.1", host, `Authorization: ${"Bearer ".repeat(50)}`),
    lines("GET /api HTTP/1.1", host, `Cookie: clustr_${aim.port}=${"%".repeat(300)}`),
    lines("GET /login?t=%ff%00 HTTP/1.1", host),
    lines("GET /api HTTP/1.1", host, token, ...Array.from({ length: 150 }, (_, i) => `X-${i}: ${"y".repeat(90)}`)),
    Buffer.concat([
      lines("POST /mcp HTTP/1.1", host, token, "Content-Type: application/json", "Transfer-Encoding: chunked"),
      Buffer.from("1a\r\nzz\r\nfffffffff\r\n"),
    ]),
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
  ];
  const right = [
    request(aim, "GET /api HTTP/1.1", []),
    request(aim, "POST /mcp HTTP/1.1", [], Buffer.from(body)),
    request(aim, `POST /api/workspaces/${aim.workspace}/messages HTTP/1.1`, [], Buffer.from(body)),
  ];
  return fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(...vectors) },
    { weight: 2, arbitrary: mangled([...right, ...vectors]) },
  );
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { agent } from "../../test/wire/samples.ts";
import { WireServer } from "../../test/wire/server.ts";

/** One request as the MCP endpoint received it. */
interface Received {
  url: string | undefined;
  headers: IncomingMessage["headers"];
  message: { id?: number; method: string };
}

let server: WireServer;
let home: Home;
let received: Received[];
let respond: (message: Received["message"], response: ServerResponse) => void;

beforeEach(async () => {
  server = await WireServer.start();
  home = new Home();
  received = [];
  respond = json;
  server.other = receive;
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

function receive(request: IncomingMessage, body: string, response: ServerResponse): void {
  const message = JSON.parse(body) as Received["message"];
  received.push({ url: request.url, headers: request.headers, message });
  respond(message, response);
}

/** Answers requests with their own method, and takes notifications in silence. */
function json(message: Received["message"], response: ServerResponse): void {
  if (message.id === undefined) response.writeHead(202).end();
  else if (message.method === "initialize") {
    response
      .writeHead(200, { "content-type": "application/json", "mcp-session-id": "s1" })
      .end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: { protocolVersion: "2025-06-18" } }));
  } else
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: message.method }));
}

const initialize = { jsonrpc: "2.0", id: 1, method: "initialize" };
const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
const list = { jsonrpc: "2.0", id: 2, method: "tools/list" };

async function bridge(
  messages: unknown[],
  more: { flags?: string[]; env?: Record<string, string> } = {},
): Promise<{ code: number; err: string; answers: { id: number; result?: unknown; error?: { message: string } }[] }> {
  const { code, out, err } = await home.run(["mcp", ...(more.flags ?? [])], {
    stdin: messages.map((message) => (typeof message === "string" ? message : JSON.stringify(message))).join("\n"),
    env: { CLUSTR_URL: server.url, CLUSTR_TOKEN: "token-of-a-guest", ...more.env },
  });
  return {
    code,
    err,
    answers: out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { id: number }),
  };
}

test("messages go to the endpoint in order, with token, session and agreed version; answers come back one a line", async () => {
  const { code, answers, err } = await bridge([initialize, initialized, list]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(answers).toEqual([
    { jsonrpc: "2.0", id: 1, result: { protocolVersion: "2025-06-18" } },
    { jsonrpc: "2.0", id: 2, result: "tools/list" },
  ]);
  expect(received.map(({ message }) => message.method)).toEqual([
    "initialize",
    "notifications/initialized",
    "tools/list",
  ]);
  expect(
    received.every(({ url, headers }) => url === "/mcp" && headers.authorization === "Bearer token-of-a-guest"),
  ).toBe(true);
  expect(received.map(({ headers }) => [headers["mcp-session-id"], headers["mcp-protocol-version"]])).toEqual([
    [undefined, undefined],
    ["s1", "2025-06-18"],
    ["s1", "2025-06-18"],
  ]);
});

test("answers that come as an event stream are passed on, each as it comes, however it is cut", async () => {
  respond = (message, response) => {
    if (message.method !== "tools/list") return json(message, response);
    const event = (value: unknown): string => `event: message\r\nid: 1\r\ndata: ${JSON.stringify(value)}\r\n\r\n`;
    const text = `: hello\n\n${event({ jsonrpc: "2.0", method: "notifications/progress" })}${event({ jsonrpc: "2.0", id: 2, result: "ü".repeat(100) })}`;
    response.writeHead(200, { "content-type": "text/event-stream" });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
    response.end();
  };
  const { answers } = await bridge([initialize, list]);
  expect(answers.slice(1)).toEqual([
    { jsonrpc: "2.0", method: "notifications/progress" },
    { jsonrpc: "2.0", id: 2, result: "ü".repeat(100) },
  ]);
});

test("slow calls do not hold up others", async () => {
  let release: (() => void) | undefined;
  respond = (message, response) => {
    if (message.id === 2) release = () => json(message, response);
    else json(message, response);
    if (message.id === 3) release?.();
  };
  const { answers } = await bridge([initialize, list, { ...list, id: 3 }]);
  expect(answers.map(({ id }) => id)).toEqual([1, 3, 2]);
});

describe("failures are answered as JSON-RPC does", () => {
  test("a refused token, with the server's words", async () => {
    respond = (_message, response) =>
      response
        .writeHead(401, { "content-type": "application/json" })
        .end(JSON.stringify({ code: "unauthenticated", message: "This token is no longer valid." }));
    const { code, answers } = await bridge([initialize, initialized]);
    expect(code).toBe(0);
    expect(answers).toEqual([
      { jsonrpc: "2.0", id: 1, error: { code: -32_000, message: "This token is no longer valid." } },
    ]);
  });

  test("a JSON-RPC error with an HTTP status is passed on as it is", async () => {
    const error = { jsonrpc: "2.0", id: 1, error: { code: -32_600, message: "bad request" } };
    respond = (_message, response) =>
      response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(error));
    expect((await bridge([initialize])).answers).toEqual([error]);
  });

  test("an address that is not Clustr", async () => {
    respond = (_message, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>");
    expect((await bridge([initialize])).answers[0]?.error?.message).toContain("cannot be reached");
  });
});

test("a call while the server restarts is sent once it is back, exactly once", async () => {
  const { port } = server;
  await server.kill();
  const bridged = bridge([initialize, list]);
  await new Promise((resolve) => setTimeout(resolve, 600));
  server = new WireServer();
  server.other = receive;
  await server.listen(port);
  expect((await bridged).answers.map(({ id }) => id)).toEqual([1, 2]);
  expect(received).toHaveLength(2);
});

test("a call that was cut off half way is sent again under the same id, so that it is carried out once", async () => {
  let cut = 0;
  respond = (message, response) => {
    if (message.method === "tools/list" && cut++ === 0) response.destroy();
    else json(message, response);
  };
  const { answers } = await bridge([initialize, list]);
  expect(answers.map(({ id }) => id)).toEqual([1, 2]);
  const ids = received.map(({ headers }) => headers["idempotency-key"]);
  expect(received.map(({ message }) => message.id)).toEqual([1, 2, 2]);
  expect(ids[1]).toBe(ids[2]);
  expect(ids[0]).not.toBe(ids[1]);
});

describe("where and as whom", () => {
  test("a token file and a full address", async () => {
    home.file("token", "token-in-a-file\n");
    await bridge([initialize], { flags: ["--url", `${server.url}/mcp`, "--token-file", `${home.path}/token`] });
    expect(received[0]).toMatchObject({ url: "/mcp", headers: { authorization: "Bearer token-in-a-file" } });
  });

  test("without any it asks the server of this machine for a token", async () => {
    home.serve(server);
    server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
    server.answer("token.create", () => ({ token: "fresh", url: `${server.url}/mcp` }));
    server.answer("agent.register", () => agent({ name: "guest" }));
    await bridge([initialize], { flags: ["--name", "guest"], env: { CLUSTR_URL: "", CLUSTR_TOKEN: "" } });
    expect(server.calls.slice(-2)).toMatchObject([
      { name: "token.create", input: { name: "guest" }, workspace: "w1" },
      { name: "agent.register", workspace: "w1" },
    ]);
    expect(received[0]).toMatchObject({ headers: { authorization: "Bearer fresh" } });
  });

  test("inside an agent it is that agent", async () => {
    home.file("ada.json", JSON.stringify({ url: server.url, token: "token-of-ada", workspace: "w1", agent: "ada" }));
    await bridge([initialize], { env: { CLUSTR_URL: "", CLUSTR_TOKEN: "", CLUSTR_AGENT: `${home.path}/ada.json` } });
    expect(received[0]).toMatchObject({ headers: { authorization: "Bearer token-of-ada" } });
    expect(server.calls).toEqual([]);
  });

  test("a wrong address is named", async () => {
    expect(await bridge([initialize], { flags: ["--url", "localhost:3100"] })).toMatchObject({
      code: 2,
      err: expect.stringContaining("is no address"),
    });
  });
});

test("a line without end is refused instead of filling the memory", async () => {
  const { code, err } = await bridge([`{"x":"${"x".repeat(9_000_000)}`]);
  expect(code).toBe(2);
  expect(err).toContain("longer than 8000000 characters");
});

test("Ctrl-C ends it while a call hangs", async () => {
  respond = () => {};
  const controller = new AbortController();
  const ran = home.run(["mcp"], {
    stdin: JSON.stringify(initialize),
    env: { CLUSTR_URL: server.url, CLUSTR_TOKEN: "t" },
    signal: controller.signal,
  });
  await vi.waitFor(() => expect(received).toHaveLength(1));
  controller.abort();
  expect((await ran).code).toBe(0);
});

import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from "@modelcontextprotocol/server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOOR_PORT, testHome, type TestHome } from "../../test/server/home.ts";
import { raw } from "../../test/server/raw.ts";
import type { Message } from "../contract/message.ts";

let home: TestHome;
let ada: string;
beforeAll(async () => {
  home = await testHome();
  ada = (await home.agent("ada")).token;
});
afterAll(() => home[Symbol.asyncDispose]());

interface Reply {
  status: number;
  type: string | undefined;
  json: { result?: Record<string, unknown>; error?: { code: number; message: string } };
}

/** One JSON-RPC message over the door, as the tools' own clients send it. */
async function rpc(token: string, message: unknown, headers: string[] = []): Promise<Reply> {
  const lines = [
    "POST /mcp HTTP/1.1",
    `Host: 127.0.0.1:${DOOR_PORT}`,
    `Authorization: Bearer ${token}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    ...headers,
  ];
  const answer = await raw(home.doorSocket, lines, JSON.stringify(message));
  return {
    status: answer.status,
    type: answer.headers.get("content-type"),
    json: answer.body.startsWith("{") || answer.body.startsWith("[") ? JSON.parse(answer.body) : {},
  };
}

/** The two ways clients speak: with a handshake (2025-11-25), and with an envelope in every request (2026-07-28). */
const eras: Record<string, (token: string, method: string, params?: object, headers?: string[]) => Promise<Reply>> = {
  "2025-11-25": (token, method, params = {}, headers = []) =>
    rpc(token, { jsonrpc: "2.0", id: 7, method, params }, ["MCP-Protocol-Version: 2025-11-25", ...headers]),
  "2026-07-28": (token, method, params = {}, headers = []) => {
    const _meta = {
      [PROTOCOL_VERSION_META_KEY]: "2026-07-28",
      [CLIENT_INFO_META_KEY]: { name: "test", version: "1" },
      [CLIENT_CAPABILITIES_META_KEY]: {},
    };
    const name = (params as { name?: string }).name;
    return rpc(token, { jsonrpc: "2.0", id: 7, method, params: { ...params, _meta } }, [
      "MCP-Protocol-Version: 2026-07-28",
      `Mcp-Method: ${method}`,
      ...(name ? [`Mcp-Name: ${name}`] : []),
      ...headers,
    ]);
  },
};

describe("hello", () => {
  test("clients from before the envelope get a handshake, without a session", async () => {
    for (const version of ["2025-11-25", "2025-06-18", "2025-03-26"]) {
      const params = { protocolVersion: version, capabilities: {}, clientInfo: { name: "test", version: "1" } };
      const { status, type, json } = await rpc(ada, { jsonrpc: "2.0", id: 0, method: "initialize", params });
      expect([status, type]).toEqual([200, "application/json"]);
      expect(json.result).toMatchObject({
        protocolVersion: version,
        serverInfo: { name: "clustr" },
        capabilities: { tools: {} },
      });
      expect(json.result?.["instructions"]).toContain('You are the agent "ada"');
    }
    expect(
      (await rpc(ada, { jsonrpc: "2.0", method: "notifications/initialized" }, ["MCP-Protocol-Version: 2025-11-25"]))
        .status,
    ).toBe(202);
  });

  test("clients with the envelope discover us", async () => {
    const { status, json } = await eras["2026-07-28"]!(ada, "server/discover");
    expect(status).toBe(200);
    expect(json.result).toMatchObject({ supportedVersions: ["2026-07-28"], capabilities: { tools: {} } });
    expect(json.result?.["instructions"]).toContain('You are the agent "ada"');
  });

  test("there is no stream to open and no session to end", async () => {
    for (const method of ["GET", "DELETE"]) {
      const answer = await raw(home.doorSocket, [
        `${method} /mcp HTTP/1.1`,
        `Host: 127.0.0.1:${DOOR_PORT}`,
        `Authorization: Bearer ${ada}`,
        "Accept: text/event-stream",
      ]);
      expect([method, answer.status]).toEqual([method, 405]);
    }
    expect(
      (await eras["2026-07-28"]!(ada, "subscriptions/listen", { notifications: { toolsListChanged: true } })).type,
    ).toContain("application/json");
  });

  test("people are told to use an agent's token", async () => {
    const answer = await fetch(`${home.server.url}/mcp`, {
      method: "POST",
      headers: { authorization: `Bearer ${home.human}`, "content-type": "application/json" },
      body: "{}",
    });
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain("clustr token");
  });
});

describe.each(Object.entries(eras))("tools in %s", (_, ask) => {
  test("are those of the contract, in schemas that models' makers take", async () => {
    const { type, json } = await ask(ada, "tools/list");
    expect(type).toContain("application/json");
    const tools = json.result?.["tools"] as { name: string; description: string; inputSchema: { type: string } }[];
    expect(tools.map(({ name }) => name).sort()).toEqual([
      "list_agents",
      "message_status",
      "read_context",
      "read_messages",
      "read_rules",
      "register_agent",
      "remove_context",
      "report_status",
      "send_message",
      "spawn_agent",
      "update_rules",
      "write_context",
    ]);
    expect(
      tools.every(({ description, inputSchema }) => description.length > 30 && inputSchema.type === "object"),
    ).toBe(true);
    expect(JSON.stringify(tools)).not.toMatch(/\\\\p\{|9007199254740991|\$schema/);
    expect(tools.find(({ name }) => name === "write_context")?.inputSchema).toMatchObject({
      required: ["key", "value"],
      properties: { expect_revision: { type: "integer" } },
    });
  });

  test("do what they say, as the agent whose token it is", async () => {
    const { json } = await ask(ada, "tools/call", {
      name: "send_message",
      arguments: { to: "human", content: "hello", from: "human" },
    });
    expect(json.result).toMatchObject({ structuredContent: { from: "ada", to: "human", content: "hello" } });
    const [content] = (json.result?.["content"] ?? []) as { type: string; text: string }[];
    expect(JSON.parse(content?.text ?? "")).toMatchObject({ from: "ada" });
  });

  test("tell the model what went wrong, and what is final", async () => {
    const missing = await ask(ada, "tools/call", {
      name: "send_message",
      arguments: { to: "nobody-here", content: "x" },
    });
    expect(missing.json.result).toMatchObject({ isError: true });
    const invalid = await ask(ada, "tools/call", { name: "write_context", arguments: { key: "" } });
    expect(invalid.json.result).toMatchObject({ isError: true });
    const forbidden = await ask(ada, "tools/call", {
      name: "spawn_agent",
      arguments: { name: "kid", task: "x", service: "idle", autonomy: "full" },
    });
    expect(JSON.stringify(forbidden.json.result)).toContain("This is final");
    const unknown = await ask(ada, "tools/call", { name: "no_such_tool", arguments: {} });
    expect(JSON.stringify(unknown.json)).toContain("no tool");
  });

  test("asked again by the door under the same id, they do nothing twice", async () => {
    const again = ["x-clustr-request: replay-1"];
    const send = async () =>
      (await ask(ada, "tools/call", { name: "send_message", arguments: { to: "human", content: "replayed" } }, again))
        .json.result?.["structuredContent"] as Message;
    const [first, second] = [await send(), await send()];
    expect(second.id).toBe(first.id);
  });
});

test("one request may carry several calls; each is done once", async () => {
  const batch = ["one", "two"].map((content, id) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name: "send_message", arguments: { to: "human", content } },
  }));
  const headers = ["x-clustr-request: batch-1", "MCP-Protocol-Version: 2025-03-26"];
  const ids = async () =>
    ((await rpc(ada, batch, headers)).json as unknown as { result: { structuredContent: Message } }[]).map(
      ({ result }) => result.structuredContent.id,
    );
  const first = await ids();
  expect(new Set(first).size).toBe(2);
  expect(await ids()).toEqual(first);
});

test("an agent that joins from elsewhere is told to take a name, and does", async () => {
  const token = await home.invite();
  const ask = eras["2025-11-25"]!;
  const hello = await ask(token, "initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "t", version: "1" },
  });
  expect(hello.json.result?.["instructions"]).toContain("without a name");
  await ask(token, "tools/call", { name: "register_agent", arguments: { name: "guest" } });
  expect((await ask(token, "tools/call", { name: "list_agents", arguments: {} })).json.result).toMatchObject({
    structuredContent: { agents: expect.arrayContaining([expect.objectContaining({ name: "guest", you: true })]) },
  });
});

test("the core hears of listed tools only when the client has them", async () => {
  const heard: string[] = [];
  const open = home.core.workspace(home.workspace.id);
  if (!open) throw new Error("the workspace is open");
  const before = open.toolsListed;
  open.toolsListed = (agent) => void heard.push(agent);
  for (const ask of Object.values(eras)) await ask(ada, "tools/list");
  await new Promise((resolve) => setTimeout(resolve, 20));
  open.toolsListed = before;
  expect(heard).toHaveLength(2);
});

describe("hooks", () => {
  const hook = (token: string, path: string, body = "{}") =>
    raw(
      home.doorSocket,
      [
        `POST ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${DOOR_PORT}`,
        `Authorization: Bearer ${token}`,
        "Content-Type: application/json",
        "x-clustr-request: h-1",
      ],
      body,
    );

  test("reach the agent's session with name, body and id, and its answer comes back", async () => {
    home.answerHooks(async ({ body }) => ({ saw: body }));
    const answer = await hook(ada, "/hooks/PreToolUse/x", '{"tool":"Bash"}');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { saw: { tool: "Bash" } }]);
    const last = home.hooks.at(-1);
    expect(last).toMatchObject({ name: "PreToolUse/x", body: { tool: "Bash" } });
    const id = last?.requestId;
    await hook(ada, "/hooks/PreToolUse/x", '{"tool":"Bash"}');
    expect(home.hooks.at(-1)?.requestId).toBe(id);
    home.answerHooks(async () => undefined);
    expect((await hook(ada, "/hooks/Stop")).body).toBe("{}");
  });

  test("may be held; when the caller goes, the session hears it", async () => {
    const held = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    home.answerHooks(({ signal }) => {
      held.resolve();
      signal.addEventListener("abort", () => gone.resolve());
      return new Promise(() => {});
    });
    const aborted = new AbortController();
    const asking = fetch(`${home.server.url}/hooks/PermissionRequest`, {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${ada}`, "content-type": "application/json" },
      signal: aborted.signal,
    });
    await held.promise;
    aborted.abort();
    await expect(asking).rejects.toThrow();
    await gone.promise;
    home.answerHooks(async () => ({}));
  });

  test("are for agents", async () => {
    const answer = await fetch(`${home.server.url}/hooks/Stop`, {
      method: "POST",
      body: "{}",
      headers: { authorization: `Bearer ${home.human}`, "content-type": "application/json" },
    });
    expect(answer.status).toBe(403);
  });
});

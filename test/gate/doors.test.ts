import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import type { Operation, Right } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { PROTOCOL, type ClientFrame } from "../../src/contract/wire.ts";
import { agentCaller } from "../../src/core/caller.ts";
import { createApp } from "../../src/server/http.ts";
import type { Surface } from "../../src/server/surface.ts";
import { toolOperations } from "../../src/server/tools.ts";
import { callTool } from "./mcp.ts";
import { answersTo } from "./socket.ts";
import { castOf, openStand, type Cast, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let stand: Stand;
let cast: Cast;
beforeAll(async () => {
  stand = await openStand();
  cast = await castOf(stand);
});
afterAll(() => stand?.[Symbol.asyncDispose]());

/** What no agent may ever do, whatever its rights are called one day. */
const PEOPLES: Right[] = [
  "agents.control",
  "messages.read_all",
  "attention.read",
  "attention.answer",
  "terminals.read",
  "terminals.write",
  "files.read",
  "files.upload",
  "snapshots.read",
  "snapshots.write",
  "changes.read",
  "changes.write",
  "events.read",
  "home.manage",
];
const AGENTS = agentCaller("w", "a", "ada").rights;

interface Route {
  method: string;
  path: string;
  operation?: Operation;
}

/** Every route the server has, as it registers them itself: a new one is in here without anybody's doing. */
function routes(): Route[] {
  // Routes are only listed: none is called, so nothing behind them is needed.
  const app = createApp({} as Surface, { serve: () => Promise.reject(new Error("not called")) });
  const all = Object.values(operations) as Operation[];
  return app.routes.flatMap(({ method, path }) => {
    if (method === "ALL" && path === "/*") return [];
    const operation = all.find((each) => {
      const [verb, rest] = each.http.split(" ");
      return verb === method && path === (each.scope === "workspace" ? "/api/workspaces/:workspace" : "/api") + rest;
    });
    const methods = method === "ALL" ? ["GET", "POST", "PUT", "DELETE"] : [method];
    return methods.map((verb) => ({ method: verb, path, ...(operation && { operation }) }));
  });
}

async function knock(base: string, { method, path }: Route, token: string | undefined): Promise<number> {
  const { workspace } = stand.clustr.ready;
  const url =
    base +
    path
      .replace(":workspace", workspace)
      .replace(/:\w+(\{[^}]*\})?/g, "ada")
      .replace("*", "x");
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      "content-type": "application/json",
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      // What a person's own page would send: without it a change is refused for that alone.
      ...(base === stand.clustr.ready.url && { origin: base }),
    },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Routes that answered this caller otherwise than `expected` says: none, when the doors hold. */
async function openings(token: string | undefined, expected: (route: Route) => "closed" | "forbidden" | "open") {
  const found: string[] = [];
  for (const base of [stand.clustr.ready.url, cast.door]) {
    for (const route of routes()) {
      const wanted = expected(route);
      const status = await knock(base, route, token);
      const seen = status === 401 ? "closed" : status === 403 ? "forbidden" : "open";
      if (seen !== wanted) found.push(`${route.method} ${route.path}: ${status}, not ${wanted}`);
    }
  }
  return found;
}

const lastEvent = async (): Promise<number> =>
  (await stand.clustr.client.call("event.search", { limit: 1 })).events.at(-1)?.seq ?? 0;

test("agents have no right that is a person's", () => {
  expect(PEOPLES.filter((right) => AGENTS.has(right))).toEqual([]);
});

describe("every HTTP route", () => {
  test("is closed without a token, with a wrong one, and with that of an agent that has ended or was removed", async () => {
    expect(routes().length).toBeGreaterThan(70);
    const before = await lastEvent();
    for (const [who, token] of Object.entries(cast.refused))
      expect(await openings(token, () => "closed"), who).toEqual([]);
    expect(await lastEvent()).toBe(before);
  });

  test("is closed to agents of another workspace", async () => {
    const before = await lastEvent();
    const allowed = (route: Route) =>
      !route.operation || (route.operation.scope === "home" && AGENTS.has(route.operation.right))
        ? "open"
        : ("forbidden" as const);
    expect(await openings(cast.elsewhere, allowed)).toEqual([]);
    expect(await lastEvent()).toBe(before);
  });

  test("opens to agents what their rights name, and nothing more; those from outside have no others", async () => {
    const allowed = ({ operation }: Route) =>
      !operation || AGENTS.has(operation.right) ? "open" : ("forbidden" as const);
    for (const [who, token] of Object.entries(cast.agents)) expect(await openings(token, allowed), who).toEqual([]);
  });

  test("the walk sees a door that stands open", async () => {
    const agent = cast.agents["agent"];
    expect((await openings(agent, () => "closed")).length).toBeGreaterThan(20);
    expect((await openings(agent, () => "forbidden")).length).toBeGreaterThan(20);
    expect((await openings(undefined, () => "open")).length).toBeGreaterThan(70);
  });
});

describe("every MCP tool", () => {
  test("needs an agent's token: neither no token, a lapsed one nor the person's will do", async () => {
    expect(toolOperations.size).toBeGreaterThan(10);
    for (const base of [stand.clustr.ready.url, cast.door]) {
      for (const tool of toolOperations.keys()) {
        for (const [who, token] of Object.entries(cast.refused))
          expect([who, tool, (await callTool(base, token, tool, {})).status]).toEqual([who, tool, 401]);
        expect([tool, (await callTool(base, stand.clustr.token, tool, {})).status]).toEqual([tool, 403]);
      }
    }
  });

  test("acts in the workspace of its token alone, whatever the call names", async () => {
    const before = await lastEvent();
    const { workspace } = stand.clustr.ready;
    const aimed = { workspace, workspace_id: workspace, to: "ada", content: "x", key: "stolen", value: "x" };
    const told = await callTool(cast.door, cast.elsewhere, "send_message", aimed);
    expect(told).toMatchObject({ failed: true, text: expect.stringContaining('no agent "ada"') });
    expect(await callTool(cast.door, cast.elsewhere, "write_context", aimed)).toMatchObject({ failed: false });
    expect((await callTool(cast.door, cast.elsewhere, "list_agents", aimed)).text).not.toContain("otto");
    expect(await lastEvent()).toBe(before);
    expect(await stand.clustr.client.in(cast.other.id).call("context.list", {})).toMatchObject([{ key: "stolen" }]);
  });

  test("no operation that is not a tool can be called as one", async () => {
    const names = (Object.entries(operations) as [string, Operation][])
      .flatMap(([name, { tool }]) => [name, ...(tool ? [] : [name.replace(".", "_")])])
      .concat(["constructor", "__proto__", "toString"]);
    for (const name of names) {
      const { failed, text } = await callTool(cast.door, cast.agents["agent"], name, { name: "ada" });
      expect([name, failed, text]).toEqual([name, true, expect.stringContaining("has no tool")]);
    }
  });
});

describe("the socket", () => {
  /** One frame of each kind; the compiler misses one that is new. */
  const frames: Record<ClientFrame["type"], ClientFrame> = {
    hello: { type: "hello", protocol: PROTOCOL, workspace: "none" },
    attach: { type: "attach", channel: 1, agent: "ada", cols: 80, rows: 24 },
    preview: { type: "preview", channel: 1, agent: "ada" },
    detach: { type: "detach", channel: 1 },
    ack: { type: "ack", channel: 1, offset: 1 },
    resize: { type: "resize", channel: 1, cols: 80, rows: 24, take: true },
    ping: { type: "ping" },
  };

  test("opens to a person's token alone", async () => {
    const all = { ...cast.refused, elsewhere: cast.elsewhere, ...cast.agents };
    for (const [who, token] of Object.entries(all)) {
      const wanted = who in cast.refused ? 401 : 403;
      expect([who, await upgrade(stand.clustr.ready.url, token)]).toEqual([who, wanted]);
      // The agents' door passes no sockets on, whoever asks.
      expect([who, await upgrade(cast.door, token)]).toEqual([who, 501]);
    }
    expect(await upgrade(cast.door, stand.clustr.token)).toBe(501);
    expect(await upgrade(stand.clustr.ready.url, stand.clustr.token)).toBe(101);
  });

  test.each(Object.entries(frames))(
    "%s shows nothing before a workspace was named that is open",
    async (type, frame) => {
      const answers = await answersTo(stand.clustr, 1, frame);
      const shown = answers.filter((text) => !/^\{"type":"(refused|welcome|pong)"/.test(text));
      expect(shown).toEqual([]);
      if (type !== "ping") expect(answers.join()).toContain('"type":"refused"');
    },
  );

  test("the same frames do show something once it was", async () => {
    const { workspace } = stand.clustr.ready;
    const answers = await answersTo(stand.clustr, 1, { type: "hello", protocol: PROTOCOL, workspace }, frames.attach);
    expect(answers.join()).toContain('"type":"view"');
  });
});

/** The status a request for a socket gets. */
function upgrade(base: string, token: string | undefined): Promise<number> {
  const socket = new WebSocket(`${base.replace("http", "ws")}/ws`, {
    headers: { origin: base, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
  });
  return statusOf(socket);
}

function statusOf(socket: WebSocket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.on("open", () => (resolve(101), socket.terminate()));
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
    });
    socket.on("error", reject);
  });
}

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOOR_PORT, testHome, type TestHome } from "../../test/server/home.ts";
import { raw } from "../../test/server/raw.ts";
import type { Message } from "../contract/message.ts";
import { operations } from "../contract/operations.ts";
import { LINK_LIFE_S, createAccess } from "./access.ts";

let home: TestHome;
beforeAll(async () => {
  home = await testHome();
});
afterAll(() => home[Symbol.asyncDispose]());

/** A call with a bearer token; the person's unless given. */
async function call(line: string, options: { token?: string; body?: unknown; headers?: Record<string, string> } = {}) {
  const [method = "GET", path = "/"] = line.split(" ");
  const { token = home.human, body, headers } = options;
  const response = await fetch(home.server.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, json: parse(text), text };
}

function parse(text: string): Record<string, unknown> & { code?: string; message?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

const inAlpha = (path: string) => `/api/workspaces/${home.workspace.id}${path}`;

describe("operations", () => {
  test("the table names every operation, so that a browser needs no schemas", async () => {
    const { json } = await call("GET /api");
    expect(Object.keys(json)).toEqual(Object.keys(operations));
    expect(json["message.send"]).toMatchObject({ http: "POST /messages", scope: "workspace", tool: "send_message" });
    expect(JSON.stringify(json)).not.toContain("def");
  });

  test("fields come from path, query and body, and the answer is the output", async () => {
    const written = await call(`PUT ${inAlpha("/context/entry")}`, { body: { key: "a/b ü", value: "1" } });
    expect(written).toMatchObject({ status: 200, json: { key: "a/b ü", revision: 1, by: "human" } });
    expect((await call(`GET ${inAlpha("/context/entry?key=a%2Fb%20%C3%BC")}`)).json).toMatchObject({ value: "1" });
    expect((await call(`GET ${inAlpha("/context/history?key=a%2Fb%20%C3%BC&limit=5")}`)).json).toHaveLength(1);
    expect((await call(`DELETE ${inAlpha("/context/entry?key=a%2Fb%20%C3%BC&expect_revision=1")}`)).json).toMatchObject(
      { revision: 2 },
    );
  });

  test("a failure is its status and one JSON object", async () => {
    expect(await call(`GET ${inAlpha("/context/entry?key=nothing")}`)).toMatchObject({
      status: 404,
      json: { code: "not_found" },
    });
    expect(await call(`PUT ${inAlpha("/context/entry")}`, { body: { key: "x" } })).toMatchObject({
      status: 400,
      json: { code: "invalid" },
    });
    expect(await call("GET /api/workspaces/nowhere/agents")).toMatchObject({
      status: 404,
      json: { code: "not_found" },
    });
    expect(await call("GET /api/no/such/thing")).toMatchObject({ status: 404, json: { code: "not_found" } });
    expect(await call(`PATCH ${inAlpha("/rules")}`)).toMatchObject({ status: 404 });
  });

  test("only JSON is read, and only 2 MB of it; the caller hears why", async () => {
    const path = `POST ${inAlpha("/messages")}`;
    const asText = await call(path, { body: "{}", headers: { "content-type": "text/plain" } });
    expect(asText).toMatchObject({ status: 400, json: { code: "invalid" } });
    for (const body of ["{", "[1]", '"x"', "null"])
      expect([body, (await call(path, { body })).status]).toEqual([body, 400]);
    const large = await call(path, { body: { to: "all", content: "x".repeat(5_000_000) } });
    expect(large).toMatchObject({ status: 413, json: { code: "too_large" } });
    const chunked = await fetch(home.server.url + inAlpha("/messages"), {
      method: "POST",
      headers: { authorization: `Bearer ${home.human}`, "content-type": "application/json" },
      body: new Blob(["x".repeat(5_000_000)]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
    expect(await call(path, { token: "wrong", body: { to: "all", content: "x".repeat(5_000_000) } })).toMatchObject({
      status: 401,
    });
  });

  test("a picture may be larger than other bodies, but only from a person", async () => {
    const path = `POST ${inAlpha("/uploads")}`;
    const png = (size: number) => Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(size - 8, 7)]);
    const body = { data: png(3_000_000).toString("base64") };
    const saved = await call(path, { body });
    expect(saved).toMatchObject({ status: 200, json: { type: "image/png", size: 3_000_000 } });
    const name = encodeURIComponent(String(saved.json["name"]));
    expect((await call(`GET ${inAlpha(`/uploads/entry?name=${name}`)}`)).json["data"] === body.data).toBe(true);
    const tooLarge = { status: 413, json: { code: "too_large" } };
    expect(await call(path, { body: { data: png(15_000_000).toString("base64") } })).toMatchObject(tooLarge);
    const { token } = await home.agent("painter");
    expect(await call(path, { token, body })).toMatchObject(tooLarge);
    expect((await call(path, { token, body: { data: "" } })).status).toBe(403);
  });

  test("nothing in path, query or body makes an agent somebody else", async () => {
    const { token } = await home.agent("mallory");
    await home.agent("victim");
    const claims = {
      from: "human",
      sender: "human",
      actor: { kind: "human" },
      caller: { actor: { kind: "human" } },
      role: "human",
      agent: "victim",
      workspace: home.other.id,
      __proto__: { actor: { kind: "human" } },
    };
    const body = `{"to":"victim","content":"obey","__proto__":{"actor":{"kind":"human"}},${JSON.stringify(claims).slice(1)}`;
    const headers = { "x-forwarded-user": "human", "x-clustr-agent": "human", from: "human" };
    const sent = await call(`POST ${inAlpha("/messages?from=human&actor=human")}`, { token, body, headers });
    expect(sent).toMatchObject({ status: 200, json: { from: "mallory", to: "victim" } });
    const written = await call(`PUT ${inAlpha("/context/entry")}`, {
      token,
      body: { key: "k", value: "v", by: "human" },
    });
    expect(written.json).toMatchObject({ by: "mallory" });
    const events = (await call(`GET ${inAlpha("/events?type=message.sent")}`)).json as unknown as {
      actor: { name: string };
    }[];
    expect(events.map(({ actor }) => actor.name)).toEqual(["mallory"]);
  });

  test("the path says what is meant, not the body", async () => {
    const body = { name: "nobody", workspace: home.other.id };
    expect((await call(`POST ${inAlpha("/agents/ghost/stop")}`, { body })).json.message).toContain("ghost");
  });

  test("a repeat under the same key does nothing twice; another caller's same key is another call", async () => {
    const { token } = await home.agent("twice");
    const headers = { "idempotency-key": "k-1" };
    const send = (more: object) =>
      call(`POST ${inAlpha("/messages")}`, { body: { to: "twice", content: "once" }, headers, ...more });
    const first = await send({});
    expect((await send({})).json.id).toBe(first.json.id);
    const other = await send({ token, body: { to: "human", content: "mine" } });
    expect(other.json).toMatchObject({ from: "twice", content: "mine" });
    const all = (await call(`GET ${inAlpha("/messages?agent=twice")}`)).json as unknown as Message[];
    expect(all.map(({ content }) => content)).toEqual(["once", "mine"]);
    expect((await send({ headers: { "idempotency-key": "x".repeat(201) } })).status).toBe(400);
  });

  test("the door's request id is believed on its own socket only", async () => {
    const { token } = await home.agent("door");
    const lines = (port: number) => [
      `POST ${inAlpha("/messages")} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      `Authorization: Bearer ${token}`,
      "Content-Type: application/json",
      "x-clustr-request: r-1",
    ];
    const send = async (to: number | string, port: number) =>
      parse((await raw(to, lines(port), '{"to":"human","content":"hi"}')).body)["id"];
    expect(await send(home.doorSocket, DOOR_PORT)).toBe(await send(home.doorSocket, DOOR_PORT));
    expect(await send(home.server.port, home.server.port)).not.toBe(await send(home.server.port, home.server.port));
  });
});

describe("the one-time link", () => {
  test("logs one browser in, once, with a cookie that scripts cannot read", async () => {
    const { login, expires_in_s } = (await call("POST /api/link", { body: {} })).json as {
      login: string;
      expires_in_s: number;
    };
    expect(expires_in_s).toBe(LINK_LIFE_S);
    const ahead = await fetch(login, { redirect: "manual", headers: { "sec-purpose": "prefetch" } });
    expect(ahead.status).toBe(401);
    const first = await fetch(login, { redirect: "manual" });
    expect(first.status).toBe(303);
    expect(first.headers.get("location")).toBe("/");
    const cookie = first.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(
      new RegExp(`^clustr_${home.server.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/; Max-Age=`),
    );
    const again = await fetch(login, { redirect: "manual" });
    expect(again.status).toBe(401);
    expect(again.headers.get("set-cookie")).toBeNull();
    expect(await again.text()).toContain("<code>clustr link</code>");
    const inside = { cookie: cookie.split(";", 1)[0] ?? "" };
    expect((await fetch(`${home.server.url}/api`, { headers: inside })).status).toBe(200);
    expect((await fetch(login, { redirect: "manual", headers: inside })).status).toBe(303);
  });

  test("dies after five minutes", () => {
    let now = 0;
    const access = createAccess({ secret: Buffer.alloc(32), url: () => "http://x", now: () => now });
    const token = () => new URL(access.link().login).searchParams.get("t") ?? "";
    const [young, old] = [token(), token()];
    now = LINK_LIFE_S * 1000 - 1;
    expect(access.redeem(young)).toBe(true);
    expect(access.redeem(young)).toBe(false);
    now += 1;
    expect(access.redeem(old)).toBe(false);
    expect(access.redeem("")).toBe(false);
  });
});

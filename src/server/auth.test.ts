import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOOR_PORT, testHome, type TestHome } from "../../test/server/home.ts";
import { raw, UPGRADE } from "../../test/server/raw.ts";
import { createApp } from "./http.ts";
import { openAssets } from "./assets.ts";
import { agentToken } from "./tokens.ts";

let home: TestHome;
let port: number;
let cookie: string;
beforeAll(async () => {
  home = await testHome();
  port = home.server.port;
  cookie = await home.browser();
});
afterAll(() => home[Symbol.asyncDispose]());

const bearer = (token: string) => `Authorization: Bearer ${token}`;

describe("without credentials", () => {
  test("every route there is answers 401, and nothing behind it ran", async () => {
    const app = createApp({ ...home, version: "", log: () => {} }, await openAssets(undefined));
    const routes = app.routes.filter(({ path }) => path !== "/*");
    expect(routes.length).toBeGreaterThan(25);
    const before = home.logged.length;
    for (const { method, path } of routes) {
      const url = path.replace(/:\w+(\{[^}]*\})?/g, "x").replace("*", "x");
      for (const verb of method === "ALL" ? ["GET", "POST", "DELETE"] : [method]) {
        const answer = await raw(
          port,
          [
            `${verb} ${url} HTTP/1.1`,
            `Host: 127.0.0.1:${port}`,
            `Origin: http://127.0.0.1:${port}`,
            "Content-Type: application/json",
          ],
          "{}",
        );
        expect([verb, url, answer.status]).toEqual([verb, url, 401]);
      }
    }
    expect(home.logged.slice(before).some((line) => line.includes("failed inside"))).toBe(false);
  });

  test("neither do the page, its files, unknown routes and the socket say anything else", async () => {
    for (const path of ["/", "/index.html", "/assets/index-abcdefgh.js", "/nowhere", "/api/nowhere", "/mcp", "/ws"]) {
      const answer = await raw(port, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`]);
      expect([path, answer.status]).toEqual([path, 401]);
    }
    expect(
      (await raw(port, [`GET /ws HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Origin: http://127.0.0.1:${port}`, ...UPGRADE]))
        .status,
    ).toBe(401);
  });

  test("a person reads how to get in", async () => {
    const answer = await raw(port, ["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`, "Accept: text/html"]);
    expect(answer.status).toBe(401);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.body).toContain("<code>clustr link</code>");
    expect(answer.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
  });
});

describe("tokens", () => {
  test("a forged, cut, altered or borrowed token is nobody's", async () => {
    const { id, token } = await home.agent("ada");
    const hmac = token.slice(-64);
    const forged = [
      "",
      "x",
      token.slice(0, -1),
      `${token}0`,
      token.slice(0, -1) + (token.endsWith("0") ? "1" : "0"),
      token.toUpperCase(),
      `clustr_${home.other.id}_${id}_${hmac}`,
      `clustr_${home.workspace.id}_human_${hmac}`,
      `clustr_${hmac}`,
      home.human.slice(0, -1),
      agentToken(Buffer.alloc(32), home.workspace.id, id),
      agentToken(home.secret, home.workspace.id, "no-such-agent"),
      agentToken(home.secret, "no-such-workspace", id),
    ];
    for (const wrong of forged) {
      const { status } = await raw(port, [
        "GET /api HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        bearer(wrong),
        `Cookie: ${cookie}`,
      ]);
      expect([wrong, status]).toEqual([wrong, 401]);
    }
    expect((await raw(port, ["GET /api HTTP/1.1", `Host: 127.0.0.1:${port}`, bearer(token)])).status).toBe(200);
  });

  test("a token whose agent was removed says what it is, and how to get another", async () => {
    const gone = agentToken(home.secret, home.workspace.id, "no-such-agent");
    const { body } = await raw(port, ["GET /api HTTP/1.1", `Host: 127.0.0.1:${port}`, bearer(gone)]);
    expect(body).toContain("not valid any more");
    expect(body).toContain("clustr token");
    const closed = agentToken(home.secret, "no-such-workspace", "no-such-agent");
    const other = await raw(port, ["GET /api HTTP/1.1", `Host: 127.0.0.1:${port}`, bearer(closed)]);
    expect(other.body).toContain("workspace is not open");
  });

  test("an agent stays in its own workspace, and cannot do what only people may", async () => {
    const { token } = await home.agent("bea");
    const ask = (line: string, body = "") =>
      raw(port, [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, bearer(token), "Content-Type: application/json"], body);
    expect((await ask(`GET /api/workspaces/${home.workspace.id}/peers`)).status).toBe(200);
    expect((await ask(`GET /api/workspaces/${home.other.id}/peers`)).status).toBe(403);
    expect((await ask(`POST /api/workspaces/${home.workspace.id}/agents/bea/stop`, "{}")).status).toBe(403);
    expect((await ask("POST /api/link", "{}")).status).toBe(403);
    expect((await raw(port, ["GET /ws HTTP/1.1", `Host: 127.0.0.1:${port}`, bearer(token), ...UPGRADE])).status).toBe(
      403,
    );
  });

  test("a browser's socket may bring its token as a subprotocol; only our name is answered", async () => {
    const answer = await raw(port, [
      "GET /ws HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      ...UPGRADE,
      `Sec-WebSocket-Protocol: clustr, bearer.${home.human}`,
    ]);
    expect(answer.status).toBe(101);
    expect(answer.headers.get("sec-websocket-protocol")).toBe("clustr");
    expect(
      (
        await raw(port, [
          "GET /ws HTTP/1.1",
          `Host: 127.0.0.1:${port}`,
          ...UPGRADE,
          "Sec-WebSocket-Protocol: clustr, bearer.x",
        ])
      ).status,
    ).toBe(401);
    expect(
      (
        await raw(port, [
          "GET /api HTTP/1.1",
          `Host: 127.0.0.1:${port}`,
          `Sec-WebSocket-Protocol: clustr, bearer.${home.human}`,
        ])
      ).status,
    ).toBe(401);
  });
});

describe("the agents' door", () => {
  const at = (line: string, headers: string[], body = "") =>
    raw(home.doorSocket, [`${line} HTTP/1.1`, `Host: 127.0.0.1:${DOOR_PORT}`, ...headers], body);

  test("takes agents' tokens, and neither a person's nor a cookie", async () => {
    const { token } = await home.agent("cleo");
    expect((await at("GET /api", [bearer(token)])).status).toBe(200);
    expect((await at("GET /api", [bearer(home.human)])).status).toBe(403);
    expect((await at("GET /api", [`Cookie: ${cookie}`])).status).toBe(401);
    expect((await at("GET /api", [`Cookie: clustr_${DOOR_PORT}=${cookie.split("=")[1] ?? ""}`])).status).toBe(401);
    expect((await at("GET /api", [bearer(token), `Origin: http://127.0.0.1:${DOOR_PORT}`])).status).toBe(403);
    expect((await raw(home.doorSocket, ["GET /api HTTP/1.1", `Host: 127.0.0.1:${port}`, bearer(token)])).status).toBe(
      403,
    );
  });

  test("serves no page, no login and no socket", async () => {
    const { token } = await home.agent("dora");
    expect((await at("GET /", [bearer(token), "Accept: text/html"])).status).toBe(404);
    expect((await at("GET /login?t=x", [])).status).toBe(401);
    expect((await at("GET /ws", [bearer(token), ...UPGRADE])).status).toBe(404);
  });
});

test("a stranger cannot make ledger or log grow with requests of their choice", async () => {
  const lines = home.logged.length;
  for (let n = 0; n < 300; n++) await raw(port, [`GET /api/guess-${n} HTTP/1.1`, `Host: 127.0.0.1:${port}`]);
  const fresh = home.logged.slice(lines).filter((line) => line.includes("refused"));
  expect(fresh.length).toBeLessThanOrEqual(100);
  const recorded = await home.refusals();
  expect(recorded).toContain("GET /api unauthenticated");
  expect(recorded.length).toBeLessThan(40);
});

test("no secret is ever logged", async () => {
  const { login } = home.logins.link();
  await fetch(login, { redirect: "manual" });
  await raw(port, ["GET /api HTTP/1.1", `Host: 127.0.0.1:${port}`, bearer("clustr_canary"), "Cookie: clustr_1=canary"]);
  const secrets = [
    home.human,
    cookie.split("=")[1] ?? "?",
    new URL(login).searchParams.get("t") ?? "?",
    home.secret.toString("hex"),
    "canary",
    "clustr_w-",
  ];
  expect(home.logged.length).toBeGreaterThan(50);
  for (const secret of secrets) expect(home.logged.filter((line) => line.includes(secret))).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOOR_PORT, testHome, type TestHome } from "../../test/server/home.ts";
import { raw, UPGRADE } from "../../test/server/raw.ts";
import { createApp } from "./http.ts";
import { openAssets } from "./assets.ts";
import { agentToken } from "./tokens.ts";

let home: TestHome;
let port: number;
let cookie: string;
let eve: string;
beforeAll(async () => {
  home = await testHome();
  port = home.server.port;
  cookie = await home.browser();
  eve = (await home.agent("eve")).token;
});
afterAll(() => home[Symbol.asyncDispose]());

const PING = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
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

describe("who may talk to us", () => {
  /** Each door in: what a right request is, and the status it gets. */
  const ways: { name: string; request: () => [string, string[], string]; right: number }[] = [
    {
      name: "http",
      request: () => ["POST /api/link", [bearer(home.human), "Content-Type: application/json"], "{}"],
      right: 200,
    },
    { name: "page", request: () => ["GET /api", [`Cookie: ${cookie}`], ""], right: 200 },
    {
      name: "mcp",
      request: () => [
        "POST /mcp",
        [bearer(eve), "Content-Type: application/json", "Accept: application/json, text/event-stream"],
        PING,
      ],
      right: 200,
    },
    {
      name: "hooks",
      request: () => ["POST /hooks/Stop", [bearer(eve), "Content-Type: application/json"], "{}"],
      right: 200,
    },
    { name: "socket", request: () => ["GET /ws", [bearer(home.human), ...UPGRADE], ""], right: 101 },
  ];

  test.each(ways)("$name: one right Host, and no other", async ({ request, right }) => {
    const [line, headers, body] = request();
    const hosts: [string[], boolean][] = [
      [[`127.0.0.1:${port}`], true],
      [[`localhost:${port}`], true],
      [[`[::1]:${port}`], true],
      [[`127.0.0.1:${port}`, `127.0.0.1:${port}`], false],
      [[`127.0.0.1:${port}`, "evil.com"], false],
      [["evil.com", `127.0.0.1:${port}`], false],
      [["evil.com"], false],
      [[`evil.com:${port}`], false],
      [[`127.0.0.1:${port}.evil.com`], false],
      [[`localhost.evil.com:${port}`], false],
      [["127.0.0.1"], false],
      [[`127.0.0.1:${DOOR_PORT}`], false],
      [[`LOCALHOST:${port}`], false],
      [[""], false],
      [[], false],
    ];
    for (const [values, good] of hosts) {
      const { status } = await raw(
        port,
        [`${line} HTTP/1.1`, ...values.map((value) => `Host: ${value}`), ...headers],
        body,
      );
      if (good) expect([values, status]).toEqual([values, right]);
      else expect([400, 403], `Host ${values.join(" + ")} got ${status}`).toContain(status);
    }
  });

  test.each(ways)("$name: no Origin but ours", async ({ name, request, right }) => {
    const [line, headers, body] = request();
    const origins = [
      "null",
      "http://evil.com",
      `http://127.0.0.1:${port}.evil.com`,
      `http://evil.com:${port}`,
      `https://127.0.0.1:${port}`,
      `http://127.0.0.1:${port + 1}`,
      "http://localhost.evil.com",
      `http://127.0.0.1:${port}/`,
      "",
    ];
    for (const origin of origins) {
      const answer = await raw(
        port,
        [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Origin: ${origin}`, ...headers],
        body,
      );
      expect([name, origin, answer.status]).toEqual([name, origin, 403]);
      expect(answer.body).toContain("Another web page");
    }
    const ours = await raw(
      port,
      [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, `Origin: http://localhost:${port}`, ...headers],
      body,
    );
    expect(ours.status).toBe(right);
  });

  test("a request that a page elsewhere caused is refused, whatever cookie comes with it", async () => {
    for (const [site, status] of [
      ["cross-site", 403],
      ["same-site", 403],
      ["same-origin", 200],
      ["none", 200],
    ] as const) {
      const answer = await raw(port, [
        "GET /api HTTP/1.1",
        `Host: 127.0.0.1:${port}`,
        `Cookie: ${cookie}`,
        `Sec-Fetch-Site: ${site}`,
      ]);
      expect([site, answer.status]).toEqual([site, status]);
    }
  });

  test("a change with nothing but a cookie is refused; with our Origin it is done", async () => {
    const change = (more: string[]) =>
      raw(
        port,
        [
          "POST /api/link HTTP/1.1",
          `Host: 127.0.0.1:${port}`,
          `Cookie: ${cookie}`,
          "Content-Type: application/json",
          ...more,
        ],
        "{}",
      );
    expect((await change([])).status).toBe(403);
    expect((await change([`Origin: http://127.0.0.1:${port}`])).status).toBe(200);
    const upgrade = (more: string[]) =>
      raw(port, ["GET /ws HTTP/1.1", `Host: 127.0.0.1:${port}`, `Cookie: ${cookie}`, ...UPGRADE, ...more]);
    expect((await upgrade([])).status).toBe(403);
    expect((await upgrade(["Origin: null"])).status).toBe(403);
    expect((await upgrade([`Origin: http://127.0.0.1:${port}`])).status).toBe(101);
  });

  test("targets that two parsers could read differently are refused", async () => {
    for (const target of [
      `http://evil.com/api`,
      `http://127.0.0.1:${port}/api`,
      "//evil.com/api",
      "/api#x",
      "/api\\x",
      "*",
      "api",
    ]) {
      const { status } = await raw(port, [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, bearer(home.human)]);
      expect([target, status]).toEqual([target, 400]);
    }
    expect((await raw(port, ["GET /api HTTP/1.0", bearer(home.human)])).status).toBe(403);
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
  expect(home.logged.length).toBeGreaterThan(100);
  for (const secret of secrets) expect(home.logged.filter((line) => line.includes(secret))).toEqual([]);
});

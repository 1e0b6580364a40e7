import { afterAll, beforeAll, expect, test } from "vitest";
import { DOOR_PORT, testHome, type TestHome } from "../../test/server/home.ts";
import { raw, UPGRADE } from "../../test/server/raw.ts";

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

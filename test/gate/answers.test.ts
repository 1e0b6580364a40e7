import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Operation } from "../../src/contract/operation.ts";
import { operations } from "../../src/contract/operations.ts";
import { raw, UPGRADE, type RawAnswer } from "../server/raw.ts";
import { filled } from "./fields.ts";
import { openStand, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let stand: Stand;
let port: number;
let door: number;
let bearer: string;
let agent: string;
beforeAll(async () => {
  stand = await openStand();
  port = Number(new URL(stand.clustr.ready.url).port);
  door = Number(new URL((await stand.clustr.client.call("token.create", {})).url).port);
  bearer = `Authorization: Bearer ${stand.clustr.token}`;
  agent = `Authorization: Bearer ${await stand.tokenOf(await stand.quiet("ada"))}`;
});
afterAll(() => stand?.[Symbol.asyncDispose]());

/** What of these headers an answer lacks; none when it is one a browser may be given. */
function lacks({ headers }: RawAnswer): string[] {
  const policy = headers.get("content-security-policy") ?? "";
  const wanted = [
    "default-src 'self'",
    "script-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "connect-src 'self'",
  ];
  const foreign = [...headers.keys()].filter((name) => name.startsWith("access-control-"));
  return [
    ...wanted.filter((part) => !policy.split("; ").includes(part)),
    ...(/script-src[^;]*(unsafe|\*|data:|http)/.test(policy) ? ["a policy for scripts"] : []),
    ...(headers.get("x-content-type-options") === "nosniff" ? [] : ["nosniff"]),
    ...(headers.get("referrer-policy") === "no-referrer" ? [] : ["no-referrer"]),
    ...(headers.get("cross-origin-opener-policy") === "same-origin" ? [] : ["opener policy"]),
    ...(headers.get("cross-origin-resource-policy") === "same-origin" ? [] : ["resource policy"]),
    ...(headers.has("cache-control") ? [] : ["cache-control"]),
    ...foreign,
  ];
}

const get = (path: string, ...headers: string[]) =>
  raw(port, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers]);

describe("every answer a browser can be given", () => {
  test("says what may run in it, that its kind is not to be guessed, and lets no other page read it", async () => {
    const page = join(import.meta.dirname, "../../dist/page");
    const built = await readdir(page, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = built
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(page.length));
    expect(files.length, "the page is built").toBeGreaterThan(5);
    const link = new URL(stand.clustr.ready.login);
    const answers = [
      ...(await Promise.all(
        ["/", "/index.html", "/agents/ada", "/nowhere.js", "/api", "/api/nowhere", ...files].map((path) =>
          get(path, bearer, "Accept: text/html"),
        ),
      )),
      await get("/", "Accept: text/html"),
      await get("/login?t=wrong"),
      await get(link.pathname + link.search),
      await get("/mcp", agent),
      await get("/hooks/x", agent),
      await get("/ws", ...UPGRADE),
      await get("/api", bearer, "Origin: http://evil.test"),
      await raw(port, ["GET / HTTP/1.1", "Host: evil.test"]),
      await raw(port, [`POST /api/limits HTTP/1.1`, `Host: 127.0.0.1:${port}`, bearer], "x"),
      await raw(port, [
        `OPTIONS /api HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Origin: http://evil.test",
        "Access-Control-Request-Method: PUT",
      ]),
    ];
    expect(new Set(answers.map(({ status }) => status)).size).toBeGreaterThan(5);
    for (const answer of answers)
      expect([answer.status, answer.body.slice(0, 80), lacks(answer)]).toEqual([
        answer.status,
        answer.body.slice(0, 80),
        [],
      ]);
  });

  test("one without them would be seen", () => {
    expect(lacks({ status: 200, headers: new Map([["access-control-allow-origin", "*"]]), body: "" })).toHaveLength(12);
  });
});

test("nothing that an agent, a repository or an upload brought along is ever answered as anything but JSON", async () => {
  const { client } = stand.clustr;
  const html = "<script>alert(1)</script>";
  for (const name of ["evil.html", "evil.svg", "evil.js"]) await writeFile(join(stand.project, name), html);
  await expect(client.call("upload.save", { data: Buffer.from(html).toString("base64") })).rejects.toMatchObject({
    code: "invalid",
  });
  const picture = Buffer.from(`\u0089PNG\r\n\u001a\n${html}`, "latin1").toString("base64");
  const { name } = await client.call("upload.save", { data: picture });
  expect(name).toMatch(/^[0-9a-f]+\.png$/);

  const { workspace } = stand.clustr.ready;
  const readers = (Object.values(operations) as Operation[]).filter(({ http }) => http.startsWith("GET "));
  for (const operation of readers) {
    const prefix = operation.scope === "workspace" ? `/api/workspaces/${workspace}` : "/api";
    for (const path of ["evil.html", "evil.svg", "evil.js", ""]) {
      const input = filled(operation, { path, name: operation.http.includes("upload") ? name : "ada" });
      const query = new URLSearchParams(input as Record<string, string>).toString();
      const answer = await get(
        `${prefix}${operation.http.slice(4).replace(/:\w+/, "ada")}?${query}`,
        bearer,
        "Accept: text/html",
      );
      const kind = [
        operation.http,
        answer.status,
        answer.headers.get("content-type"),
        answer.headers.get("x-content-type-options"),
      ];
      expect(kind).toEqual([operation.http, answer.status, expect.stringMatching(/^application\/json/), "nosniff"]);
    }
  }
  for (const path of ["/evil.html", `/uploads/${name}`, `/api/workspaces/${workspace}/uploads/${name}`])
    expect((await get(path, bearer)).status).toBe(404);
});

describe("names and origins", () => {
  const body = JSON.stringify({ to: "ada", content: "x" });
  const ways = (): Record<
    string,
    { at: number; line: string; headers: string[]; body: string; right: number; own?: string }
  > => {
    const json = "Content-Type: application/json";
    const send = `POST /api/workspaces/${stand.clustr.ready.workspace}/messages`;
    const ping = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
    const both = "Accept: application/json, text/event-stream";
    return {
      http: { at: port, line: send, headers: [bearer, json], body, right: 200 },
      mcp: { at: port, line: "POST /mcp", headers: [agent, json, both], body: ping, right: 200 },
      hooks: { at: port, line: "POST /hooks/nothing", headers: [agent, json], body: "{}", right: 404 },
      socket: { at: port, line: "GET /ws", headers: [bearer, ...UPGRADE], body: "", right: 101 },
      page: { at: port, line: "GET /", headers: [bearer, "Accept: text/html"], body: "", right: 200 },
      door: { at: door, line: "POST /mcp", headers: [agent, json, both], body: ping, right: 200 },
    };
  };

  test.each(["http", "mcp", "hooks", "socket", "page", "door"])("%s answers to its own address alone", async (way) => {
    const { at, line, headers, body: sent, right } = ways()[way] as ReturnType<typeof ways>[string];
    const status = async (...more: string[]) => (await raw(at, [`${line} HTTP/1.1`, ...more, ...headers], sent)).status;
    const own = `Host: 127.0.0.1:${at}`;
    expect(await status(own)).toBe(right);
    expect(await status(`Host: localhost:${at}`)).toBe(right);
    const hosts = [
      `evil.test`,
      `evil.test:${at}`,
      `127.0.0.1.evil.test:${at}`,
      "127.0.0.1",
      `127.0.0.1:${at + 1}`,
      `0.0.0.0:${at}`,
      `127.1:${at}`,
      `localhost.:${at}`,
      "",
    ];
    for (const host of hosts) expect([400, 403], `Host ${host}`).toContain(await status(`Host: ${host}`));
    for (const two of [[own, own], [own, "Host: evil.test"], ["Host: evil.test", own], []])
      expect([400, 403], two.join()).toContain(await status(...two));
    const origins = [
      "null",
      "",
      "http://evil.test",
      `http://evil.test:${at}`,
      `http://127.0.0.1:${at}.evil.test`,
      `https://127.0.0.1:${at}`,
      `http://127.0.0.1:${at + 1}`,
      "file://",
    ];
    for (const origin of origins) expect([origin, await status(own, `Origin: ${origin}`)]).toEqual([origin, 403]);
    for (const site of ["cross-site", "same-site", "x"])
      expect([site, await status(own, `Sec-Fetch-Site: ${site}`)]).toEqual([site, 403]);
    // Agents are no web pages: at their door even the right Origin is one too many.
    expect(await status(own, `Origin: http://127.0.0.1:${at}`)).toBe(way === "door" ? 403 : right);
  });
});

import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testHome, type TestHome } from "../../test/server/home.ts";
import { raw } from "../../test/server/raw.ts";
import { scratch, type Scratch } from "../../test/rig/rig.ts";

let place: Scratch;
let home: TestHome;
beforeAll(async () => {
  place = await scratch();
  const page = await place.folder("page/assets");
  await writeFile(join(place.path, "secret.txt"), "canary");
  await writeFile(join(page, "../index.html"), "<!doctype html><title>Clustr</title>");
  await writeFile(join(page, "index-abcd1234.js"), "export {}");
  await writeFile(join(page, "../app.webmanifest"), JSON.stringify({ name: "Clustr" }));
  for (const icon of ["apple-touch-icon.png", "icon.svg", "favicon.ico"]) await writeFile(join(page, "..", icon), "x");
  await symlink("../../secret.txt", join(page, "link.txt"));
  await mkdir(join(page, "..", "..", "page-evil"));
  await writeFile(join(page, "..", "..", "page-evil", "x.txt"), "canary");
  home = await testHome({ page: join(page, "..") });
});
afterAll(async () => {
  await home[Symbol.asyncDispose]();
  await place[Symbol.asyncDispose]();
});

async function call(line: string, headers: Record<string, string> = {}) {
  const [method = "GET", path = "/"] = line.split(" ");
  const response = await fetch(home.server.url + path, {
    method,
    headers: { authorization: `Bearer ${home.human}`, ...headers },
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe("the page", () => {
  test("is served whole, with its addresses, and hashed files are kept", async () => {
    const html = { accept: "text/html" };
    for (const path of ["/", "/index.html", "/agents/ada"])
      expect((await call(`GET ${path}`, html)).text).toContain("<title>Clustr</title>");
    const script = await call("GET /assets/index-abcd1234.js");
    expect(script.headers.get("content-type")).toContain("text/javascript");
    expect(script.headers.get("cache-control")).toContain("immutable");
    expect((await call("GET /", html)).headers.get("cache-control")).toBe("no-cache");
    for (const [name, value] of [
      ["x-content-type-options", "nosniff"],
      ["referrer-policy", "no-referrer"],
    ] as const)
      expect(script.headers.get(name)).toBe(value);
    expect(script.headers.get("content-security-policy")).toContain("default-src 'self'");
  });

  test("can be installed: manifest and icons have their types and are never kept for ever", async () => {
    const types = {
      "/app.webmanifest": "application/manifest+json",
      "/apple-touch-icon.png": "image/png",
      "/icon.svg": "image/svg+xml",
      "/favicon.ico": "image/x-icon",
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await call(`GET ${path}`);
      expect([path, status, headers.get("content-type")]).toEqual([path, 200, type]);
      expect([path, headers.get("cache-control")]).toEqual([path, "no-cache"]);
      // A manifest falls under the default: from here, and from nowhere else.
      expect(headers.get("content-security-policy")).toMatch(/default-src 'self';(?!.*manifest-src)/);
    }
    const stranger = await fetch(`${home.server.url}/app.webmanifest`);
    expect(stranger.status).toBe(401);
  });

  test("leads nowhere else", async () => {
    const corpus = [
      "/../secret.txt",
      "/..%2fsecret.txt",
      "/%2e%2e/secret.txt",
      "/%2e%2e%2fsecret.txt",
      "/assets/../../secret.txt",
      "/assets/..%5c..%5csecret.txt",
      "/..;/secret.txt",
      "/assets/link.txt",
      "/%00",
      "/index.html%00.js",
      "/../page-evil/x.txt",
      "/page-evil/x.txt",
      "/assets",
      "/assets/",
      "/.",
      "/file:///etc/passwd",
      "/etc/passwd",
      "/%2fetc%2fpasswd",
      "/assets/%2e%2e/%2e%2e/secret.txt",
      "/@fs/etc/passwd",
      "/%c0%ae%c0%ae/secret.txt",
      `${"/..".repeat(40)}/etc/passwd`,
    ];
    for (const path of corpus) {
      const answer = await raw(home.server.port, [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${home.server.port}`,
        `Authorization: Bearer ${home.human}`,
      ]);
      expect([path, answer.body.includes("canary") || answer.body.includes("root:")]).toEqual([path, false]);
      expect([path, [400, 404].includes(answer.status)]).toEqual([path, true]);
    }
  });
});

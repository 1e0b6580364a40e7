import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Home } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";

let server: WireServer;
let home: Home;
let link: string;

beforeEach(async () => {
  server = await WireServer.start();
  link = `${server.url}/login?t=once&x="<`;
  server.answer("workspace.open", () => ({ id: "w1", name: "project", path: home.path }));
  server.answer("link.create", () => ({ url: server.url, login: link, expires_in_s: 300 }));
  home = new Home().serve(server);
  mkdirSync(`${home.path}/bin`);
  home.file(
    "bin/xdg-open",
    `#!/bin/sh\nprintf %s "$1" > "${home.path}/opened.part" && mv "${home.path}/opened.part" "${home.path}/opened"\n`,
  );
  chmodSync(`${home.path}/bin/xdg-open`, 0o700);
});
afterEach(async () => {
  home[Symbol.dispose]();
  await server.kill();
});

const opened = (): string => `${home.path}/opened`;

describe.runIf(process.platform === "linux")("the dashboard opens in the browser", () => {
  const env = (): Record<string, string> => ({ DISPLAY: ":0", PATH: `${home.path}/bin:${process.env["PATH"] ?? ""}` });

  test("by a private file, so that no other user reads the one-time link from the list of processes", async () => {
    expect((await home.run([home.path], { env: env() })).code).toBe(0);
    await vi.waitFor(() => expect(existsSync(opened())).toBe(true), { timeout: 5000 });
    const argument = readFileSync(opened(), "utf8");
    expect(argument).not.toContain("once");
    const page = fileURLToPath(argument);
    expect(statSync(page).mode & 0o777).toBe(0o600);
    expect(readFileSync(page, "utf8")).toContain(`content="0;url=${server.url}/login?t=once&amp;x=&quot;&lt;"`);
  });

  test.each([
    ["with --no-open", ["--no-open"], {}],
    ["with --json", ["--json"], {}],
    ["without a desktop", [], { DISPLAY: "" }],
  ])("but not %s", async (_when, flags, without) => {
    expect((await home.run([home.path, ...flags], { env: { ...env(), ...without } })).code).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(existsSync(opened())).toBe(false);
    expect(existsSync(`${home.path}/open.html`)).toBe(false);
  });

  test("and that it cannot is no failure: the link is printed", async () => {
    const { code, out } = await home.run([home.path], { env: { ...env(), PATH: `${home.path}/nothing` } });
    expect(code).toBe(0);
    expect(out).toContain(link);
  });
});

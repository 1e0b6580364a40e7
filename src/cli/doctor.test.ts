import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Home, type Ran } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";
import type { Report } from "./examine.ts";

let home: Home;

beforeEach(() => {
  home = new Home();
  mkdirSync(`${home.path}/bin`);
  chmodSync(home.path, 0o700);
});
afterEach(() => home[Symbol.dispose]());

/** Looks at a machine whose PATH holds only what the test put there. */
async function doctor(): Promise<Ran & { report: Report }> {
  const env = { PATH: `${home.path}/bin` };
  const { out } = await home.run(["doctor"], { env });
  const ran = await home.run(["doctor", "--json"], { env });
  return { ...ran, out, report: JSON.parse(ran.out) as Report };
}

test("on a bare machine it names what is missing and what to do, without a server", async () => {
  const { code, err, out, report } = await doctor();
  expect(code).toBe(1);
  expect(err).toBe("clustr: Clustr cannot run agents here yet; what to do stands above.\n");
  expect(report).toMatchObject({
    usable: false,
    server: { running: false },
    home: { path: home.path, exists: true, findings: [] },
  });
  const tools = report.services.filter(({ builtIn }) => !builtIn);
  expect(tools.length).toBeGreaterThan(1);
  for (const { ready, service, findings } of tools) {
    expect(ready).toBe(false);
    expect(findings[0]?.remedy).not.toBe("");
    expect(out).toContain(`✕ ${service.padEnd(8)} not found`);
    expect(out).toContain(`→ ${findings[0]?.remedy}`);
  }
  expect(report.services.some(({ builtIn, ready }) => builtIn && ready)).toBe(true);
});

test("what others can read is found, with the command that closes it", async () => {
  writeFileSync(`${home.path}/server.json`, "{}", { mode: 0o644 });
  chmodSync(home.path, 0o755);
  const { report, out } = await doctor();
  expect(report.home.findings.map(({ remedy }) => remedy)).toEqual([
    `chmod 700 ${home.path}`,
    `chmod 600 ${home.path}/server.json`,
  ]);
  expect(out).toContain(`Other users can reach ${home.path} (mode 755).`);
});

test("a running server is shown; one that left its file behind is not running", async () => {
  const server = await WireServer.start();
  server.answer("workspace.list", () => [{ id: "w1", name: "project", path: "/project" }]);
  home.serve(server);
  expect((await doctor()).report.server).toEqual({
    running: true,
    url: server.url,
    pid: process.pid,
    workspaces: 1,
    findings: [],
  });
  await server.kill();
  expect((await doctor()).report.server).toEqual({ running: false, findings: [] });
});

test("another program on the server's port is told apart", async () => {
  const server = await WireServer.start();
  server.answer("workspace.list", () => {
    throw { code: "unauthenticated", message: "Not logged in." };
  });
  home.serve(server);
  const { report } = await doctor();
  expect(report.server).toMatchObject({
    running: false,
    url: server.url,
    findings: [{ fatal: false, problem: "Not logged in." }],
  });
  await server.kill();
});

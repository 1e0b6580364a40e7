import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Home, type Ran } from "../../test/wire/command-line.ts";
import { WireServer } from "../../test/wire/server.ts";
import type { Mended } from "./doctor.ts";
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
  // The PATH of this test has no git either.
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

test("without a coding tool it says which to set up, and what works meanwhile", async () => {
  symlinkSync(spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).stdout.trim(), `${home.path}/bin/git`);
  const { code, err, report } = await doctor();
  expect(report).toMatchObject({ usable: false, sound: true });
  expect(code).toBe(1);
  expect(err).toMatch(/^clustr: No coding tool can be used here yet: set up Claude Code or Codex as it says above\./);
  expect(err).toMatch(/"clustr demo" shows .* "clustr spawn NAME --service script --task FILE\.json"/);
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

describe("--fix", () => {
  /** The number of a process that has ended. */
  const ended = () => spawnSync("true").pid;
  const path = (name: string) => `${home.path}/${name}`;

  /** What careless copies and kills leave. */
  function litter(): void {
    mkdirSync(path("workspaces/w1"), { recursive: true, mode: 0o755 });
    writeFileSync(path("workspaces/w1/rules.md"), "rules", { mode: 0o644 });
    chmodSync(path("workspaces"), 0o755);
    mkdirSync(path("demo"), { mode: 0o755 });
    writeFileSync(path("demo/README.md"), "the person's", { mode: 0o644 });
    writeFileSync(path(`workspaces/w1/rules.md.${ended()}.abc123.new`), "half", { mode: 0o600 });
    writeFileSync(path(`workspaces/w1/rules.md.${process.pid}.abc123.new`), "being written", { mode: 0o600 });
    home.file("server.json", JSON.stringify({ url: "http://127.0.0.1:9", token: "t", pid: ended() }));
  }

  test("mends what careless copies and kills left, and nothing else; a second time there is nothing", async () => {
    litter();
    const { out, code } = await home.run(["doctor", "--fix", "--yes", "--json"], { env: { PATH: "/usr/bin:/bin" } });
    const { mends } = JSON.parse(out) as { mends: Mended[] };
    expect(mends.map(({ outcome }) => outcome)).toEqual(["mended", "mended", "mended"]);
    expect(code).toBe(0);
    expect(statSync(path("workspaces")).mode & 0o777).toBe(0o700);
    expect(statSync(path("workspaces/w1/rules.md")).mode & 0o777).toBe(0o600);
    expect(statSync(path("demo/README.md")).mode & 0o777).toBe(0o644);
    expect(existsSync(path("server.json"))).toBe(false);
    expect(existsSync(path(`workspaces/w1/rules.md.${process.pid}.abc123.new`))).toBe(true);
    const again = await home.run(["doctor", "--fix", "--yes", "--json"], { env: { PATH: "/usr/bin:/bin" } });
    expect((JSON.parse(again.out) as { mends: Mended[] }).mends).toEqual([]);
  });

  test("without it what would be mended is only said", async () => {
    litter();
    const { out } = await home.run(["doctor"]);
    expect(out).toMatch(/names a server \(process \d+\) that was killed\n {4}→ delete the file/);
    expect(out).toContain('"clustr doctor --fix" does what stands behind the arrows.');
    expect(existsSync(path("server.json"))).toBe(true);
  });

  test("asks before, and leaves everything as it is unless the answer is yes", async () => {
    litter();
    await home.run(["doctor", "--fix"], { terminal: true, stdin: "n\n" });
    expect(existsSync(path("server.json"))).toBe(true);
    await home.run(["doctor", "--fix"], { terminal: true, stdin: "y\n" });
    expect(existsSync(path("server.json"))).toBe(false);
    for (const more of [[], ["--json"]]) {
      const { code, err } = await home.run(["doctor", "--fix", ...more]);
      expect([code, err]).toEqual([2, expect.stringContaining("Give --yes")]);
    }
  });

  test("a socket is deleted only where nobody listens", async () => {
    mkdirSync(path("run"), { mode: 0o700 });
    const script = `require("net").createServer().listen(${JSON.stringify(path("run/dead.sock"))}, () => process.kill(process.pid, "SIGKILL"))`;
    spawnSync(process.execPath, ["-e", script]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path("run/live.sock"), resolve));
    await home.run(["doctor", "--fix", "--yes"]);
    expect([existsSync(path("run/dead.sock")), existsSync(path("run/live.sock"))]).toEqual([false, true]);
    await new Promise((resolve) => server.close(resolve));
  });

  test("damage that a running server knows of is mended by it", async () => {
    const server = await WireServer.start();
    server.answer("workspace.list", () => []);
    server.answer("workspace.recent", () => [
      {
        id: "w1",
        name: "p",
        path: "/p",
        at: "2026-01-31T12:00:00.000Z",
        open: false,
        missing: true,
        damaged: true,
        problem: "it is gone",
      },
    ]);
    server.answer("workspace.repair", () => ({
      id: "w1",
      damage: "x",
      events: 41,
      salvaged: 1,
      lost: 2,
      aside: "/aside",
    }));
    home.serve(server);
    const { out } = await home.run(["doctor", "--fix", "--yes"]);
    expect(out).toContain("The workspace of /p is damaged: it is gone");
    expect(out).toContain("41 events kept, 2 lost; the damaged file is in /aside");
    expect(server.calls.at(-1)).toMatchObject({ name: "workspace.repair", input: { id: "w1" } });
    await server.kill();
  });

  test("an agent mends nothing", async () => {
    litter();
    const env = { CLUSTR_AGENT: path("agent.json") };
    expect((await home.run(["doctor", "--fix", "--yes"], { env })).code).toBe(3);
    expect(existsSync(path("server.json"))).toBe(true);
  });
});

import { spawn as start, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { spawn as inTerminal, type IPty } from "@lydell/node-pty";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Agent } from "../../src/contract/agent.ts";

/* The command line against the real server, in the order in which a person would use it. */

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const WAIT = { timeout: 60_000, interval: 50 };
const place = realpathSync(mkdtempSync(join(tmpdir(), "clustr-e2e-")));
const project = join(place, "project");
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: place,
  CLUSTR_HOME: join(place, "home"),
  TERM: "xterm-256color",
  SHELL: "/bin/sh",
};

interface Started {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  ended: Promise<number | null>;
}

const running: Started[] = [];
const terminals: IPty[] = [];

function clustr(args: string[], cwd = project): Started {
  const child = start(process.execPath, [main, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  const started = {
    child,
    out: () => out,
    err: () => err,
    ended: new Promise<number | null>((resolve) => child.on("close", resolve)),
  };
  running.push(started);
  return started;
}

/** Runs a command to its end and gives its JSON. */
async function json<T>(...args: string[]): Promise<T> {
  const { ended, out, err } = clustr([...args, "--json"]);
  const code = await ended;
  if (code !== 0) throw new Error(`clustr ${args.join(" ")} exited with ${code}: ${err()}`);
  return JSON.parse(out()) as T;
}

interface Ready {
  url: string;
  login: string;
  workspace: string;
  pid: number;
}

async function ready(server: Started): Promise<Ready> {
  await vi.waitFor(() => expect(server.out()).toContain("\n"), WAIT);
  return JSON.parse(server.out()) as Ready;
}

let server: Started;

beforeAll(() => mkdirSync(project));
afterAll(async () => {
  for (const pty of terminals) pty.kill("SIGKILL");
  await clustr(["shutdown"]).ended;
  for (const { child } of running) child.kill("SIGKILL");
  rmSync(place, { recursive: true, force: true });
});

test("a folder opens with one line of JSON, and the link logs in", async () => {
  // Two at once: one becomes the server, the other joins it.
  const both = [clustr([".", "--port", "0", "--json"]), clustr([".", "--port", "0", "--json"])];
  const lines = await Promise.all(both.map(ready));
  const [first, second] = lines.map(({ pid, url, workspace }) => ({ pid, url, workspace }));
  expect(first).toEqual(second);
  const [own, joiner] = both[0]?.child.pid === first?.pid ? both : both.toReversed();
  if (!own || !joiner) throw new Error("Neither start became the server.");
  expect(own.child.pid).toBe(first?.pid);
  expect(await joiner.ended).toBe(0);
  server = own;
  const { url, login, workspace } = await ready(server);
  expect(workspace).not.toBe("");
  const answer = await fetch(login, { redirect: "manual" });
  expect(answer.status).toBe(303);
  expect(login.startsWith(url)).toBe(true);
});

test("a second start joins the running server, from any folder", async () => {
  const other = join(place, "other");
  mkdirSync(other);
  const again = clustr([other, "--json"]);
  expect(await again.ended).toBe(0);
  const joined = JSON.parse(again.out()) as Ready;
  expect(joined.pid).toBe(server.child.pid);
  expect((await json<{ path: string }[]>("workspaces")).map(({ path }) => path).toSorted()).toEqual([other, project]);
});

test("an agent is spawned, asks, is answered in its terminal by hand, and is done", async () => {
  const script = JSON.stringify({
    steps: [
      { say: "I am at work" },
      { ask: "Which colour?", as: "colour" },
      { call: "write_context", with: { key: "colour", value: "{{colour}}" } },
    ],
  });
  await json("spawn", "ada", "--service", "script", "--task", script, "--wait", "running", "--timeout", "60");
  await vi.waitFor(
    async () => expect((await json<Agent[]>("agents"))[0]?.attention?.title).toContain("Which colour?"),
    WAIT,
  );
  const pty = inTerminal(process.execPath, [main, "attach", "ada"], { cols: 90, rows: 30, cwd: project, env });
  terminals.push(pty);
  let shown = "";
  let exit: number | undefined;
  pty.onData((data) => (shown += data));
  pty.onExit(({ exitCode }) => (exit = exitCode));
  await vi.waitFor(() => expect(shown).toContain("Which colour?"), WAIT);
  pty.write("blue\r");
  await vi.waitFor(
    async () => expect(await json("context", "get", "colour")).toMatchObject({ value: "blue", by: "ada" }),
    WAIT,
  );
  await vi.waitFor(
    async () => expect((await json<Agent[]>("agents"))[0]).toMatchObject({ status: "done", outcome: "finished" }),
    WAIT,
  );
  pty.write("\u001d");
  await vi.waitFor(() => expect(exit).toBe(0), WAIT);
  expect(shown).toContain("Detached; ada goes on.");
});

test("clustr run by an agent acts as that agent, with no more rights than it has", async () => {
  const clustrAs = (line: string): string => `"${process.execPath}" "${main}" ${line}`;
  const script = JSON.stringify({
    steps: [
      { run: clustrAs('context set who "set by a command" --json') },
      { run: clustrAs("stop ada"), may_fail: true, as: "stopped" },
      { call: "write_context", with: { key: "stopped", value: "{{stopped.code}} {{stopped.output}}" } },
    ],
  });
  await json("spawn", "ben", "--service", "script", "--task", script, "--wait", "done", "--timeout", "60");
  expect(await json("context", "get", "who")).toMatchObject({ value: "set by a command", by: "ben" });
  expect(await json("context", "get", "stopped")).toMatchObject({
    value: expect.stringMatching(/^3 clustr: .*may not/) as string,
  });
  await json("stop", "ben");
  await json("rm", "ben");
});

test("an MCP client without HTTP joins by the bridge, under its name", async () => {
  const bridge = start(process.execPath, [main, "mcp", "--name", "guest"], {
    cwd: project,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let out = "";
  bridge.stdout.on("data", (data: Buffer) => (out += data.toString()));
  const ended = new Promise((resolve) => bridge.on("close", resolve));
  const request = (id: number, method: string, params: unknown): string =>
    `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
  bridge.stdin.write(
    request(1, "initialize", {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "test", version: "1" },
    }),
  );
  bridge.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  bridge.stdin.end(request(2, "tools/call", { name: "write_context", arguments: { key: "bridge", value: "crossed" } }));
  expect(await ended).toBe(0);
  expect(
    out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: number }).id),
  ).toEqual([1, 2]);
  expect(await json("context", "get", "bridge")).toMatchObject({ value: "crossed", by: "guest" });
});

test("events are followed through a kill of the server, without gap or repeat, and the agent never notices", async () => {
  const before = (await json<Agent[]>("agents"))[0];
  const following = clustr(["events", "--follow", "--json"]);
  const seen = (): number[] =>
    following
      .out()
      .trim()
      .split("\n")
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
  const { seq: early } = await json<{ seq: number }>("context", "set", "before", "the kill");
  await vi.waitFor(() => expect(seen()).toContain(early), WAIT);
  const port = new URL((await ready(server)).url).port;
  server.child.kill("SIGKILL");
  await server.ended;
  const alone = clustr(["agents"]);
  expect(await alone.ended).toBe(7);
  expect(alone.err()).toMatch(/^clustr: .*does not answer.*Start it with "clustr".*\n$/);
  server = clustr([".", "--port", port, "--json"]);
  await ready(server);
  expect((await json<Agent[]>("agents"))[0]).toMatchObject({
    id: before?.id,
    status: "done",
    outcome: "finished",
    live: true,
  });
  const { seq: late } = await json<{ seq: number }>("context", "set", "after", "the restart");
  await vi.waitFor(() => expect(seen()).toContain(late), WAIT);
  const recorded = (await json<{ seq: number }[]>("events")).map(({ seq }) => seq);
  expect(seen().filter((seq) => seq <= late)).toEqual(recorded.filter((seq) => seq <= late));
  following.child.kill("SIGINT");
  expect(await following.ended).toBe(0);
});

test("Ctrl-C ends the server only and says so", async () => {
  server.child.kill("SIGINT");
  expect(await server.ended).toBe(0);
  expect(server.err()).toContain('agents go on running. "clustr" brings it back, "clustr shutdown" ends everything.');
  server = clustr([".", "--port", "0", "--json"]);
  await ready(server);
  expect((await json<Agent[]>("agents"))[0]).toMatchObject({ name: "ada", live: true });
});

test("shutdown ends agents and server, and leaves no way in behind", async () => {
  const began = Date.now();
  expect(await json("shutdown")).toEqual({ agents_ended: 1, survivors: [] });
  expect(Date.now() - began).toBeLessThan(20_000);
  expect(await server.ended).toBe(0);
  expect(() => readFileSync(join(env.CLUSTR_HOME, "server.json"))).toThrowError(/ENOENT/);
  const again = clustr(["shutdown"]);
  expect(await again.ended).toBe(0);
  expect(again.out()).toBe("No server was running, and no agents were left.\n");
});

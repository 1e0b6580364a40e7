import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AgentBrief } from "../../core/ports/service.ts";
import { accountOf, keyUndecided } from "./account.ts";
import { launchProgram, permissionMode, type LaunchPlan } from "./launch.ts";
import { undecidedServers } from "./project-servers.ts";
import { ownSettings } from "./settings.ts";

let home = "";
let env: Record<string, string> = {};
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "claude-launch-"));
  env = { HOME: home };
});
afterEach(() => rm(home, { recursive: true }));

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(join(home, path, ".."), { recursive: true });
  await writeFile(join(home, path), JSON.stringify(content));
}

const agent: AgentBrief = {
  id: "a1",
  name: "alice",
  task: "the task",
  cwd: "/home/tester/project",
  autonomy: "auto",
  run: 1,
  instructions: "You are alice.",
};
const plan: LaunchPlan = {
  command: "/usr/bin/claude",
  agent,
  conversation: { begin: "id-1" },
  files: { settings: "/r/settings.json", mcp: "/r/mcp.json" },
  socket: "/s/a.sock",
  direct: true,
  root: true,
};

test("autonomy is always passed, as the mode that works where the model is", () => {
  expect(permissionMode("ask", true)).toBe("manual");
  expect(permissionMode("auto", true)).toBe("auto");
  expect(permissionMode("auto", false)).toBe("acceptEdits");
  expect(permissionMode("full", false)).toBe("bypassPermissions");
  const { args, env: added } = launchProgram(plan);
  expect(args[args.indexOf("--permission-mode") + 1]).toBe("auto");
  expect(args.slice(-2)).toEqual(["--", "the task"]);
  expect(added.IS_SANDBOX).toBeUndefined();
  expect(launchProgram({ ...plan, agent: { ...agent, autonomy: "full" } }).env.IS_SANDBOX).toBe("1");
  expect(launchProgram({ ...plan, root: false, agent: { ...agent, autonomy: "full" } }).env.IS_SANDBOX).toBeUndefined();
});

test("a resumed conversation gets no prompt", () => {
  const { args } = launchProgram({ ...plan, conversation: { resume: "id-0" } });
  expect(args).toContain("--resume");
  expect(args).not.toContain("--session-id");
  expect(args).not.toContain("--");
});

test("a login is seen by names and files, never by values", async () => {
  const account = async () => accountOf(env, await ownSettings(env));
  expect((await account()).onboarded).toBe(false);
  if (process.platform !== "darwin") expect((await account()).loggedIn).toBe(false);
  env.ANTHROPIC_API_KEY = "k";
  expect(await account()).toMatchObject({ loggedIn: true, keyOnly: true, direct: true });
  await write(".claude.json", { hasCompletedOnboarding: true, oauthAccount: { emailAddress: "x" } });
  expect(await account()).toMatchObject({ loggedIn: true, keyOnly: false, onboarded: true });
  env.ANTHROPIC_BASE_URL = "https://gateway.example.org";
  expect((await account()).direct).toBe(false);
  env.ANTHROPIC_BASE_URL = "https://api.anthropic.com";
  expect((await account()).direct).toBe(true);
  await write(".claude/settings.json", { env: { CLAUDE_CODE_USE_BEDROCK: "1" } });
  expect((await account()).direct).toBe(false);
});

test("a key is undecided until the person said yes or no to it", async () => {
  expect(await keyUndecided(env)).toBe(false);
  env.ANTHROPIC_API_KEY = "sk-ant-0123456789-0123456789";
  expect(await keyUndecided(env)).toBe(true);
  await write(".claude.json", {
    customApiKeyResponses: { approved: [], rejected: ["0123456789-0123456789".slice(-20)] },
  });
  expect(await keyUndecided(env)).toBe(false);
});

test("project servers are off unless decided, wherever above the folder they are declared", async () => {
  const cwd = join(home, "work", "part");
  await mkdir(cwd, { recursive: true });
  await write("work/.mcp.json", { mcpServers: { one: {}, two: {}, three: {} } });
  const off = async (): Promise<string[]> => undecidedServers(env, cwd, await ownSettings(env, cwd));
  expect(await off()).toEqual(["one", "two", "three"]);
  await write("work/.claude/settings.local.json", { enabledMcpjsonServers: ["two"] });
  await write(".claude.json", { projects: { [join(home, "work")]: { disabledMcpjsonServers: ["three"] } } });
  expect(await off()).toEqual(["one"]);
  await write(".claude/settings.json", { enableAllProjectMcpServers: true });
  expect(await off()).toEqual([]);
});

test("the start hook passes its input on and prints the answer; without a server it is silent and fails nothing", async () => {
  const seen: string[] = [];
  const server = createServer((req, res) => {
    req.on("data", (chunk: Buffer) => seen.push(`${req.headers.authorization} ${chunk.toString()}`));
    req.on("end", () => res.end('{"ok":true}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/SessionStart`;
  await write("hook.json", { url, authorization: "Bearer t" });
  const script = fileURLToPath(new URL("./session-start.ts", import.meta.url));
  const run = (): Promise<{ code: number | null; out: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [script, join(home, "hook.json")], { stdio: ["pipe", "pipe", "pipe"] });
      let out = "";
      child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.stderr.on("data", (chunk: Buffer) => (out += chunk.toString()));
      child.on("close", (code) => resolve({ code, out }));
      child.stdin.end('{"source":"startup"}');
    });
  expect(await run()).toEqual({ code: 0, out: '{"ok":true}' });
  expect(seen).toEqual(['Bearer t {"source":"startup"}']);
  await new Promise((resolve) => server.close(resolve));
  expect(await run()).toEqual({ code: 0, out: "" });
});

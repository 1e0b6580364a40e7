import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { lstat, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { bothTools, type BothTools } from "../rig/both-tools.ts";
import type { Cast } from "../rig/cast.ts";
import { until } from "../rig/claude-stage.ts";
import { type RunningClustr } from "../rig/clustr.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";
import { cleanEnv } from "../rig/rig.ts";
import { textOf, type Answer, type Step } from "../rig/script.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });
/** The real tools on a busy machine. */
const SLOW = 90_000;

const LINES = Array.from({ length: 12 }, (_, at) => `line ${at + 1}\n`).join("");

let stage: BothTools;
let clustr: RunningClustr;
let cast: Cast;
let folder: string;
let home: string;

const at = (name: string): string => join(folder, name);
const read = (name: string): Promise<string> => readFile(at(name), "utf8");
const bash = (command: string): Answer => ({ call: "Bash", args: { command, description: "a step" } });
const run = (cmd: string): Answer => ({ call: "exec_command", args: { cmd } });
const patch = (body: string): Answer => run(`apply_patch <<'END'\n*** Begin Patch\n${body}\n*** End Patch\nEND`);
const edit = (name: string, old_string: string, new_string: string): Answer => ({
  call: "Edit",
  args: { file_path: at(name), old_string, new_string },
});
/** An answer that is given only once a file holds these words: models of different agents in a fixed order. */
const once =
  (name: string, words: string, answer: Answer): Step =>
  async () => {
    await until(async () => (await read(name).catch(() => "")).includes(words), SLOW);
    return answer;
  };

async function git(...args: string[]): Promise<string> {
  const env = {
    ...cleanEnv(home),
    GIT_AUTHOR_NAME: "p",
    GIT_AUTHOR_EMAIL: "p@x",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  const who = { GIT_COMMITTER_NAME: "p", GIT_COMMITTER_EMAIL: "p@x" };
  return (await promisify(execFile)("git", args, { cwd: folder, env: { ...env, ...who } })).stdout;
}

/** Every file below the person's `.git` with its mode and bytes. */
async function repository(below = at(".git")): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for (const one of await readdir(below, { withFileTypes: true, recursive: true })) {
    const path = join(one.parentPath, one.name);
    const { mode } = await lstat(path);
    all[path] = `${mode.toString(8)} ${one.isFile() ? (await readFile(path)).toString("base64") : ""}`;
  }
  return all;
}

async function spawn(name: string, service: "claude" | "codex", steps: Step[], autonomy = "auto") {
  const model = cast.play(name, { steps });
  const more = service === "codex" ? ["--model", CLASSIC_MODEL] : [];
  const args = ["spawn", name, "--service", service, "--task", "Do it.", "--autonomy", autonomy, ...more, "--json"];
  expect(await clustr.run(args)).toMatchObject({ code: 0 });
  return model;
}

async function rests(...names: string[]): Promise<void> {
  await until(async () => {
    const agents = await clustr.client.call("agent.list", {});
    return names.every((name) => agents.some((agent) => agent.name === name && agent.status === "done"));
  }, SLOW);
}

beforeAll(async () => {
  stage = await bothTools({
    fill: async (filled, { path }) => {
      folder = filled;
      home = path;
      await git("init", "-q", "-b", "main");
      await writeFile(at("story.txt"), LINES);
      await writeFile(at("other.txt"), "untouched\n");
      await git("add", ".");
      await git("commit", "-q", "-m", "all");
    },
    // Claude Code looks at the repository by itself; its looks must not refresh the index we compare.
    env: { GIT_OPTIONAL_LOCKS: "0" },
  });
  ({ cast, clustr } = stage);
});

afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

it("Claude Code and Codex edit one file; one is rolled back, the other's lines and the person's stay; then it is undone", async () => {
  const before = await repository();
  await spawn(
    "ada",
    "claude",
    [
      { call: "Read", args: { file_path: at("story.txt") } },
      edit("story.txt", "line 2\n", "line 2 by ada\n"),
      { call: "Write", args: { file_path: at("ada.txt"), content: "by ada\n" } },
      once("story.txt", "8 by bo", bash("sed -i 's/^line 5$/line 5 by ada/' story.txt")),
      { text: "Done." },
    ],
    "full",
  );
  await spawn("bo", "codex", [
    once("ada.txt", "by ada", patch("*** Update File: story.txt\n@@\n-line 8\n+line 8 by bo\n+line 8b by bo")),
    once("story.txt", "5 by ada", run("echo 'by bo' > bo.txt; sed -i 's/^line 12$/line 12 by bo/' story.txt")),
    { text: "Done." },
  ]);
  await rests("ada", "bo");
  await writeFile(at("story.txt"), (await read("story.txt")).replace("line 10\n", "line 10 by the person\n"));
  const all = await read("story.txt");

  const diff = (name: string) => clustr.client.call("change.diff", { name });
  const shown = await diff("ada");
  expect(shown.files.map(({ path, what, conflict }) => [path, what, conflict])).toEqual([
    ["ada.txt", "created", undefined],
    ["story.txt", "changed", undefined],
  ]);
  expect(shown.files[1]?.hunks.map(({ before: was, now }) => [was, now])).toEqual([
    [["line 2"], ["line 2 by ada"]],
    [["line 5"], ["line 5 by ada"]],
  ]);
  expect((await diff("bo")).files.map(({ path, added, removed }) => [path, added, removed])).toEqual([
    ["bo.txt", 1, 0],
    ["story.txt", 3, 2],
  ]);
  const { agents, unknown } = await clustr.client.call("change.summary", {});
  expect(unknown).toEqual([]);
  expect(Object.fromEntries(agents.map(({ agent, files }) => [agent, files]))).toEqual({ ada: 2, bo: 2 });

  expect(await clustr.run(["rollback", "ada", "--dry-run"])).toMatchObject({ code: 0 });
  expect(await read("story.txt")).toBe(all);
  expect(await clustr.run(["rollback", "ada", "--json"])).toMatchObject({ code: 0 });
  expect(await read("story.txt")).toBe(all.replaceAll(" by ada", ""));
  expect([existsSync(at("ada.txt")), await read("bo.txt")]).toEqual([false, "by bo\n"]);
  expect((await diff("ada")).files).toEqual([]);

  expect(await clustr.run(["undo", "--json"])).toMatchObject({ code: 0 });
  expect([await read("story.txt"), await read("ada.txt")]).toEqual([all, "by ada\n"]);
  expect((await diff("ada")).total).toEqual(shown.total);
  expect(await repository()).toEqual(before);
});

it("a command that would undo everybody's work is asked of the person, or refused with the reason, and nothing is lost", async () => {
  const [before, story] = [await repository(), await read("story.txt")];
  const cy = await spawn("cy", "claude", [bash("git reset --hard && touch reset-done"), { text: "Done." }]);
  const asked = async () => (await clustr.client.call("attention.list", {})).at(-1);
  await until(async () => (await asked()) !== undefined, SLOW);
  const item = await asked();
  expect(item?.title).toContain("git reset --hard");
  expect(item?.detail).toMatch(/reaches work of others .*: .*story\.txt/);
  expect(await read("story.txt")).toBe(story);
  expect(await clustr.run(["answer", item?.id ?? "", "deny", "--json"])).toMatchObject({ code: 0 });
  await rests("cy");

  const dee = await spawn("dee", "codex", [run("cd . && git checkout -- . && touch checkout-done"), { text: "Done." }]);
  await rests("dee");
  const told = await dee.until((request) => textOf(request).includes("reaches work of others"), SLOW);
  expect(textOf(told)).toMatch(/story\.txt/);
  expect(textOf(told)).toContain("Ask the person with send_message");

  expect(cy.turns.length).toBeGreaterThan(1);
  expect([await read("story.txt"), existsSync(at("reset-done")), existsSync(at("checkout-done"))]).toEqual([
    story,
    false,
    false,
  ]);
  expect(await repository()).toEqual(before);
});

it("an agent of full autonomy is let, and the snapshot taken before it brings everything back", async () => {
  const story = await read("story.txt");
  await spawn("eli", "codex", [run("git stash -u -q"), { text: "Done." }], "full");
  await rests("eli");
  expect(await read("story.txt")).toBe(LINES);
  const [taken] = (await clustr.client.call("snapshot.list", {})).filter(({ label }) => label.includes("git stash"));
  expect(taken?.label).toBe("before `git stash` by eli");
  expect(await clustr.run(["restore", taken?.id ?? "", "--json"])).toMatchObject({ code: 0 });
  expect([await read("story.txt"), await read("ada.txt"), await read("bo.txt")]).toEqual([
    story,
    "by ada\n",
    "by bo\n",
  ]);
  expect(stage.strays()).toEqual([]);
});

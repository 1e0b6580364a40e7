import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ToolCall } from "../../src/core/ports/service.ts";
import { claude } from "../../src/services/claude/claude.ts";
import { compare, outside, watchCalls } from "./calls.ts";
import { bash, claudeStages, until, type ClaudeStage } from "./claude-stage.ts";
import { textOf } from "./script.ts";

const stage = claudeStages();
/** The real tool on a busy machine. */
const SLOW = 60_000;

type Wish = { call: string; args: Record<string, unknown> };
const made = (the: ClaudeStage, name: string): boolean => existsSync(join(the.run.agent.cwd, name));
const idle = (the: ClaudeStage, since = 0) => the.run.signal("idle", { timeoutMs: SLOW, since });
const asked = (the: ClaudeStage, words: string) =>
  the.run.signal("attention", { timeoutMs: SLOW, where: ({ item }) => item.title.includes(words) });
const shown = (the: ClaudeStage, words: string): Promise<void> =>
  until(async () => (await the.run.shows()).includes(words), SLOW);
const opened = (the: ClaudeStage): ToolCall[] => the.run.calls.flatMap((call) => ("open" in call ? [call.open] : []));
const background = (command: string): Wish => ({
  call: "Bash",
  args: { command, description: "a step", run_in_background: true },
});

/** Texts with everything that makes line ends and places hard: few different lines, no last newline, CRLF, marks. */
const line = fc.constantFrom("a", "b", "  a", "b ", "}", "", "é😀", "$& x", "a b");
const ends = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r\n", "mixed");
const file = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), ends, fc.boolean(), fc.constantFrom("", "", "", "\ufeff"))
  .map(([lines, end, last, mark]) => {
    const text = lines.map((one, at) => one + (end === "mixed" ? (at % 3 === 0 ? "\r\n" : "\n") : end)).join("");
    return mark + (last ? text : text.trimEnd());
  })
  .filter((text) => text.trim() !== "");
const edit = fc.record({
  file,
  from: fc.nat(),
  size: fc.integer({ min: 1, max: 9 }),
  by: fc.array(fc.oneof(line, fc.constant("\n"), fc.constant("x\ny")), { maxLength: 4 }).map((all) => all.join("")),
  md: fc.boolean(),
  wide: fc.constantFrom(false, false, false, true),
});

describe.concurrent("files are as the calls told", { timeout: 3 * SLOW }, () => {
  test("after random edits, byte for byte, with everything outside the told lines untouched", async () => {
    const seed = Date.now() % 1_000_000;
    const wishes: [read: Wish, edit: Wish][] = [];
    await using the = await stage(
      {
        steps: [
          () => ({ calls: wishes.map(([read]) => read) }),
          () => ({ calls: wishes.map(([, change]) => change) }),
          { text: "Done." },
        ],
      },
      { task: "edit", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    for (const [at, one] of fc.sample(edit, { seed, numRuns: 70 }).entries()) {
      const path = join(the.run.agent.cwd, `${at}.${one.md ? "md" : "txt"}`);
      const read = one.file.replace("\ufeff", "").replaceAll("\r\n", "\n");
      const from = one.from % read.length;
      const old = [...read.slice(from, from + one.size)].join("").toWellFormed();
      await writeFile(path, one.wide ? Buffer.from(`\ufeff${one.file.replace("\ufeff", "")}`, "utf16le") : one.file);
      const several = read.split(old).length > 2;
      const args = { file_path: path, old_string: old, new_string: one.by, ...(several ? { replace_all: true } : {}) };
      if (!old.includes("\ufffd") && old !== one.by)
        wishes.push([
          { call: "Read", args: { file_path: path } },
          { call: "Edit", args },
        ]);
    }
    await the.run.start(claude);
    await idle(the);
    expect(watched.open()).toEqual([]);
    for (const checked of watched.checked) {
      const [told, real] = compare(checked);
      expect(told, `seed ${seed}, ${checked.path}`).toBe(real);
    }
    expect(watched.checked.length, `of ${wishes.length} edits, seed ${seed}`).toBeGreaterThanOrEqual(30);
    const placed = watched.checked.filter(({ told }) => typeof told === "object" && told.regions !== undefined);
    expect(placed.length).toBeGreaterThanOrEqual(20);
    for (const checked of placed) expect(outside(checked), `seed ${seed}, ${checked.path}`).toEqual([]);
  });

  test("after a write of a new file and over others: line ends as written, a byte order mark stays", async () => {
    const contents: [name: string, before: Buffer | undefined, content: string][] = [
      ["new", undefined, "one\n"],
      ["deep/down/new", undefined, "no last line end"],
      ["empty", undefined, ""],
      ["windows", Buffer.from("a\r\nb\r\n"), "x\ny\n"],
      ["unix", Buffer.from("a\nb\n"), "x\r\ny\r\n"],
      ["marked", Buffer.from("\ufeffa\n"), "x\n"],
      ["wide", Buffer.from("\ufeffa\n", "utf16le"), "x\n"],
      ["trimmed", undefined, "ends in blanks  \n\t\n"],
      ["kept.md", undefined, "ends in blanks  \n"],
    ];
    await using the = await stage(
      {
        steps: [
          () => ({ calls: contents.flatMap(([name, before]) => (before ? [to("Read", name, {})] : [])) }),
          () => ({ calls: contents.map(([name, , content]) => to("Write", name, { content })) }),
          { text: "Done." },
        ],
      },
      { task: "write", autonomy: "auto" },
    );
    const to = (call: string, name: string, more: object): Wish => ({
      call,
      args: { file_path: join(the.run.agent.cwd, name), ...more },
    });
    const watched = watchCalls(the.run);
    for (const [name, before] of contents) if (before) await writeFile(join(the.run.agent.cwd, name), before);
    await the.run.start(claude);
    await idle(the);
    expect(watched.open()).toEqual([]);
    expect(watched.checked).toHaveLength(contents.length);
    for (const checked of watched.checked) {
      const [told, real] = compare(checked);
      expect(told, checked.path).toBe(real);
    }
  });
});

describe.concurrent("every call that is opened is closed", { timeout: 3 * SLOW }, () => {
  test("shell commands that end well and badly, side by side; what only reads is not told", async () => {
    await using the = await stage(
      {
        steps: [
          { calls: [bash("echo 1 > one"), bash("false")] },
          {
            calls: [
              { call: "Glob", args: { pattern: "*" } },
              { call: "mcp__clustr__ping", args: {} },
            ],
          },
          { text: "Done." },
        ],
      },
      { task: "run", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    await the.run.start(claude);
    await idle(the);
    expect(watched.story()).toEqual(["open echo 1 > one", "close", "open false", "close"]);
    expect(opened(the)[0]).toMatchObject({ cwd: the.run.agent.cwd, command: "echo 1 > one" });
  });

  test("held while the person is asked: let go on from here, refused, answered in the terminal, stopped by Esc", async () => {
    await using the = await stage({
      steps: [bash("touch one"), bash("touch two"), bash("touch three"), bash("touch four"), { text: "Done." }],
    });
    const watched = watchCalls(the.run);
    const session = await the.run.start(claude);
    const { item: one } = await asked(the, "one");
    await until(async () => watched.open().some((open) => open.endsWith("(held)")), SLOW);
    await session.answer?.(one.key ?? "", { kind: "allow" });
    const { item: two } = await asked(the, "two");
    await session.answer?.(two.key ?? "", { kind: "deny" });
    await asked(the, "three");
    await shown(the, "touch three");
    the.run.type("1");
    await asked(the, "four");
    await shown(the, "touch four");
    const since = the.run.signals.length;
    the.run.type("\u001b");
    await idle(the, since);
    await until(async () => watched.open().length === 0, SLOW);
    expect(watched.story()).toEqual([
      ...["open touch one", "hold", "go on", "close"],
      ...["open touch two", "hold", "close"],
      ...["open touch three", "hold", "close"],
      ...["open touch four", "hold", "close"],
    ]);
    expect(["one", "two", "three", "four"].filter((name) => made(the, name))).toEqual(["one", "three"]);
  });

  test("a command stopped half way, and a turn that fails", async () => {
    await using the = await stage(
      { steps: [bash("touch begun; sleep 60; touch ended"), bash("echo x > x"), { error: 403 }] },
      { task: "run", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    const session = await the.run.start(claude);
    await until(async () => made(the, "begun"), SLOW);
    expect(watched.open()).toHaveLength(1);
    await session.interrupt?.();
    await idle(the);
    await until(async () => watched.open().length === 0, SLOW);
    the.run.post("m-1", "<m-1> go on", true);
    await the.run.signal("turn_failed", { timeoutMs: SLOW });
    expect(watched.story()).toEqual(["open touch begun; sleep 60; touch ended", "close", "open echo x > x", "close"]);
    expect(made(the, "ended")).toBe(false);
  });

  test("a command in the background is of doubtful reach until the tool tells that it has ended", async () => {
    await using the = await stage(
      {
        steps: [
          background("sleep 3; echo late > late"),
          background("sleep 300"),
          () => ({ call: "TaskStop", args: { task_id: tasks(the)[1] } }),
          { text: "Done." },
        ],
      },
      { task: "run", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    await the.run.start(claude);
    await idle(the);
    await until(async () => watched.open().length === 0, SLOW);
    expect(made(the, "late")).toBe(true);
    const story = watched.story();
    expect(story.filter((word) => word === "open anything (doubtful)")).toHaveLength(2);
    expect(story.filter((word) => word === "close")).toHaveLength(4);
    // Nothing of it is between the call and what goes on of it.
    expect(story.slice(0, 3)).toEqual(["open sleep 3; echo late > late", "open anything (doubtful)", "close"]);
  });

  test("subagents' calls are the agent's", async () => {
    const sub = (words: string) => (request: Parameters<typeof textOf>[0]) =>
      request.messages[0]?.text.includes(words) === true || textOf(request).includes(words);
    await using the = await stage(
      {
        rules: [
          {
            when: (request) => sub("SUBAGENT-TASK")(request) && !textOf(request).includes("the whole task"),
            answer: bash("echo sub > sub"),
          },
        ],
        steps: [
          { call: "Agent", args: { description: "x", prompt: "SUBAGENT-TASK", subagent_type: "general-purpose" } },
          { text: "Done." },
        ],
      },
      { task: "the whole task", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    await the.run.start(claude);
    await until(async () => made(the, "sub"), SLOW);
    await until(async () => watched.open().length === 0, SLOW);
    expect(watched.story()).toEqual(["open echo sub > sub", "close"]);
  });
});

/** The tool's names for commands it left in the background. */
function tasks(the: ClaudeStage): string[] {
  return the.run.gate.hooks.flatMap(({ body }) => {
    const { backgroundTaskId } = (body["tool_response"] ?? {}) as { backgroundTaskId?: string };
    return backgroundTaskId === undefined ? [] : [backgroundTaskId];
  });
}

describe.concurrent("what the workspace has against a call", { timeout: 3 * SLOW }, () => {
  test("is told to the model, and nothing runs", async () => {
    await using the = await stage({ steps: [bash("touch x"), { text: "Done." }] }, { task: "run", autonomy: "auto" });
    the.run.objection = () => ({ decision: "deny", reason: "OTHERS-WORK-THERE" });
    await the.run.start(claude);
    await idle(the);
    expect(made(the, "x")).toBe(false);
    expect(textOf(the.model.turns.at(-1) as never)).toContain("OTHERS-WORK-THERE");
    expect(the.run.calls).toEqual([]);
  });

  for (const autonomy of ["ask", "auto", "full"] as const)
    test(`is asked of the person, whatever the autonomy (${autonomy}), and whatever policies allow`, async () => {
      await using the = await stage({ steps: [bash("touch x"), { text: "Done." }] }, { task: "run", autonomy });
      the.run.policies.set("Bash", "allow");
      the.run.objection = () => ({ decision: "ask", reason: "OTHERS-WORK-THERE" });
      const session = await the.run.start(claude);
      const { item } = await asked(the, "touch x");
      expect(item.detail).toContain("OTHERS-WORK-THERE");
      await shown(the, "OTHERS-WORK-THERE");
      expect(made(the, "x")).toBe(false);
      await session.answer?.(item.key ?? "", { kind: "allow" });
      await idle(the);
      expect(made(the, "x")).toBe(true);
      const [id] = the.run.calls.map((call) => ("goOn" in call ? call.goOn : undefined));
      expect(the.run.calls).toEqual([{ goOn: id }, { close: id, edits: [] }]);
    });
});

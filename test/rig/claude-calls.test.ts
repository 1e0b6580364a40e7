import { describe, expect, test } from "vitest";
import type { ToolCall } from "../../src/core/ports/service.ts";
import { claude } from "../../src/services/claude/claude.ts";
import { watchCalls } from "./calls.ts";
import { claudeStages, until, type ClaudeStage } from "./claude-stage.ts";
import { bash } from "./claude-tools.ts";
import { textOf } from "./script.ts";

const stage = claudeStages();
/** The real tool on a busy machine. */
const SLOW = 60_000;

type Wish = { call: string; args: Record<string, unknown> };
const idle = (the: ClaudeStage, since = 0) => the.run.signal("idle", { timeoutMs: SLOW, since });
const asked = (the: ClaudeStage, words: string) =>
  the.run.signal("attention", { timeoutMs: SLOW, where: ({ item }) => item.title.includes(words) });
const opened = (the: ClaudeStage): ToolCall[] => the.run.calls.flatMap((call) => ("open" in call ? [call.open] : []));
const background = (command: string): Wish => bash(command, { run_in_background: true });

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
    await the.run.sees("touch three", SLOW);
    the.run.type("1");
    await asked(the, "four");
    await the.run.sees("touch four", SLOW);
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
    expect(["one", "two", "three", "four"].filter((name) => the.run.made(name))).toEqual(["one", "three"]);
  });

  test("a command stopped half way, and a turn that fails", async () => {
    await using the = await stage(
      { steps: [bash("touch begun; sleep 60; touch ended"), bash("echo x > x"), { error: 403 }] },
      { task: "run", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    const session = await the.run.start(claude);
    await until(async () => the.run.made("begun"), SLOW);
    expect(watched.open()).toHaveLength(1);
    await session.interrupt?.();
    await idle(the);
    await until(async () => watched.open().length === 0, SLOW);
    the.run.post("m-1", "<m-1> go on", true);
    await the.run.signal("turn_failed", { timeoutMs: SLOW });
    expect(watched.story()).toEqual(["open touch begun; sleep 60; touch ended", "close", "open echo x > x", "close"]);
    expect(the.run.made("ended")).toBe(false);
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
    expect(the.run.made("late")).toBe(true);
    const story = watched.story();
    expect(story.filter((word) => word === "open anything (doubtful)")).toHaveLength(2);
    expect(story.filter((word) => word === "close")).toHaveLength(4);
    // Nothing of it is between the call and what goes on of it.
    expect(story.slice(0, 3)).toEqual(["open sleep 3; echo late > late", "open anything (doubtful)", "close"]);
  });

  test("what runs in the background outlives a cleared conversation, and no call outlives the tool", async () => {
    await using the = await stage(
      { steps: [background("sleep 90"), bash("touch begun"), { text: "Done." }, bash("touch again; sleep 90")] },
      { task: "run", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    await the.run.start(claude);
    await idle(the);
    await until(async () => /❯\s*\n/.test(await the.run.shows()), SLOW);
    the.run.type("/clear");
    await the.run.sees("❯ /clear", SLOW);
    the.run.type("\r");
    await the.run.signal("forgot", { timeoutMs: SLOW });
    expect(watched.open().map((id) => id.split(" ")[0])).toEqual(["background"]);
    the.run.post("m-1", "<m-1> go on", true);
    await until(async () => the.run.made("again"), SLOW);
    expect(watched.open()).toHaveLength(2);
    process.kill(the.run.pid, "SIGKILL");
    await until(async () => watched.open().length === 0, SLOW);
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
    await until(async () => the.run.made("sub"), SLOW);
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
    expect(the.run.made("x")).toBe(false);
    expect(textOf(the.model.turns.at(-1) as never)).toContain("OTHERS-WORK-THERE");
    expect(the.run.calls).toEqual([]);
  });

  for (const autonomy of ["ask", "auto", "full"] as const)
    test(`is asked of the person, whatever the autonomy (${autonomy}), and whatever policies allow`, async () => {
      await using the = await stage({ steps: [bash("touch x"), { text: "Done." }] }, { task: "run", autonomy });
      the.run.policies.set("Bash", "allow");
      const watched = watchCalls(the.run);
      the.run.objection = () => ({ decision: "ask", reason: "OTHERS-WORK-THERE" });
      const session = await the.run.start(claude);
      const { item } = await asked(the, "touch x");
      expect(item.detail).toContain("OTHERS-WORK-THERE");
      await the.run.sees("OTHERS-WORK-THERE", SLOW);
      expect(the.run.made("x")).toBe(false);
      await session.answer?.(item.key ?? "", { kind: "allow" });
      await idle(the);
      expect(the.run.made("x")).toBe(true);
      expect(watched.story()).toEqual(["open touch x", "hold", "go on", "close"]);
    });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ToolCall } from "../../src/core/ports/service.ts";
import { compare, outside, watchCalls } from "./calls.ts";
import { until } from "./claude-stage.ts";
import { codexRun, type CodexRun } from "./codex-run.ts";
import { escalated, patch, shell } from "./codex-tools.ts";
import { textOf } from "./script.ts";

vi.setConfig({ testTimeout: 120_000 });
/** The real tool on a busy machine. */
const SLOW = 60_000;

const idle = (the: CodexRun) => the.run.signal("idle", { timeoutMs: SLOW });
const opened = (the: CodexRun): ToolCall[] => the.run.calls.flatMap((call) => ("open" in call ? [call.open] : []));

/** A file and a patch that changes, moves, deletes or adds it. */
const line = fc.constantFrom("a", "b", "}", "  c", "", "é😀");
const body = fc.array(line, { minLength: 2, maxLength: 9 });
const wish = fc.record({
  lines: body,
  end: fc.constantFrom("\n", "\n", "\r\n"),
  last: fc.boolean(),
  kind: fc.constantFrom("update", "update", "update", "update", "move", "add", "replace", "delete"),
  at: fc.nat(),
  size: fc.integer({ min: 1, max: 3 }),
  by: fc.array(line, { maxLength: 3 }),
});

describe.concurrent("files are as the calls told", () => {
  for (const code of [false, true])
    it(`after random patches, byte for byte (${code ? "code mode" : "classic tools"})`, async () => {
      const seed = Date.now() % 1_000_000;
      const patches: string[][] = [];
      const files = new Map<string, string>();
      for (const [n, one] of fc.sample(wish, { seed, numRuns: 26 }).entries()) {
        const name = `${n}.txt`;
        const lines = [`unique ${n}`, ...one.lines];
        const text = lines.join(one.end) + (one.last ? one.end : "");
        if (one.kind !== "add") files.set(name, text);
        const at = 1 + (one.at % one.lines.length);
        const change = ["@@", ...lines.slice(0, at).map((each) => ` ${each}`)];
        change.push(...lines.slice(at, at + one.size).map((each) => `-${each}`), ...one.by.map((each) => `+${each}`));
        if (one.kind === "delete") patches.push([`*** Delete File: ${name}`]);
        else if (one.kind === "add" || one.kind === "replace")
          patches.push([`*** Add File: ${name}`, ...lines.map((each) => `+${each}`)]);
        else
          patches.push([
            `*** Update File: ${name}`,
            ...(one.kind === "move" ? [`*** Move to: moved/${name}`] : []),
            ...change,
          ]);
      }
      await using the = await codexRun(
        { steps: [...patches.map((lines) => patch(...lines)), { text: "Done." }] },
        { code, autonomy: "auto" },
      );
      const watched = watchCalls(the.run);
      for (const [name, text] of files) await writeFile(join(the.run.agent.cwd, name), text);
      // What a command can touch is not told before; here it is what lies there.
      const there = [...files.keys()].map((name) => join(the.run.agent.cwd, name));
      const { openCall } = the.run;
      the.run.openCall = (call) => openCall.call(the.run, call.paths ? call : { ...call, paths: there });
      await the.start();
      await idle(the);
      expect(watched.open()).toEqual([]);
      expect(watched.checked.length, `seed ${seed}`).toBeGreaterThanOrEqual(15);
      for (const checked of watched.checked) {
        const [told, real] = compare(checked);
        expect(told, `seed ${seed}, ${checked.path}`).toBe(real);
        const placed = typeof checked.told === "object" && checked.told.regions !== undefined;
        if (placed) expect(outside(checked), `seed ${seed}, ${checked.path}`).toEqual([]);
      }
      expect(opened(the).some(({ doubtful }) => doubtful)).toBe(false);
    });
});

describe.concurrent("every call that is opened is closed", () => {
  it("shell commands that end well and badly, side by side; Clustr's own tools are not told", async () => {
    await using the = await codexRun(
      {
        steps: [
          { calls: [shell("echo 1 > one"), shell("false")] },
          { call: "send_message", namespace: "mcp__clustr", args: {} } as never,
          { text: "Done." },
        ],
      },
      { autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    await the.start();
    await idle(the);
    expect(watched.story().sort()).toEqual(["close", "close", "open echo 1 > one", "open false"]);
    expect(opened(the)[0]).toMatchObject({ cwd: the.run.agent.cwd });
  });

  it("held while the person is asked: let go on from here, refused, answered in the terminal", async () => {
    await using the = await codexRun(
      { steps: [escalated("touch one"), escalated("touch two"), escalated("touch three"), { text: "Done." }] },
      { autonomy: "ask" },
    );
    const watched = watchCalls(the.run);
    const session = await the.start();
    const asked = (words: string) =>
      the.run.signal("attention", { timeoutMs: SLOW, where: ({ item }) => item.title.includes(words) });
    const { item: one } = await asked("one");
    await until(async () => watched.open().some((open) => open.endsWith("(held)")), SLOW);
    await session.answer?.(one.key ?? "", { kind: "allow" });
    const { item: two } = await asked("two");
    await session.answer?.(two.key ?? "", { kind: "deny" });
    await asked("three");
    await the.run.sees("touch three", SLOW);
    // Codex ignores keys that come right after a question appears.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    the.run.type("y");
    await idle(the);
    expect(watched.story()).toEqual([
      ...["open touch one", "hold", "go on", "close"],
      ...["open touch two", "hold", "close"],
      ...["open touch three", "hold", "close"],
    ]);
    expect(["one", "two", "three"].filter((name) => the.run.made(name))).toEqual(["one", "three"]);
  });

  it("a command that outlives its turn, ended or interrupted, is of doubtful reach until it has ended", async () => {
    await using the = await codexRun(
      {
        steps: [
          shell("sleep 4; echo late > late", { yield_time_ms: 250 }),
          shell("touch begun; sleep 5; echo later > later", { yield_time_ms: 30_000 }),
          { text: "Done." },
        ],
      },
      { autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    const session = await the.start();
    // Stopped before it is announced, Codex ends it with the turn.
    await the.run.signal("working", { timeoutMs: SLOW, where: ({ activity }) => activity?.includes("begun") === true });
    await until(async () => the.run.made("begun"), SLOW);
    await session.interrupt?.();
    await idle(the);
    expect(watched.open()).toHaveLength(2);
    expect(watched.open().every((id) => id.startsWith("background "))).toBe(true);
    await until(async () => watched.open().length === 0, SLOW);
    expect([the.run.made("late"), the.run.made("later")]).toEqual([true, true]);
    expect(watched.story()).toEqual([
      "open sleep 4; echo late > late",
      "open touch begun; sleep 5; echo later > later",
      ...["open anything (doubtful)", "close", "open anything (doubtful)", "close"],
      ...["close", "close"],
    ]);
  });

  it("a command that the person types is not the agent's", async () => {
    await using the = await codexRun({ steps: [{ text: "Done." }] }, { autonomy: "auto" });
    await the.start();
    await idle(the);
    await the.run.sees("›", SLOW);
    await until(async () => {
      if (!(await the.run.shows()).includes("typed")) the.run.type("!touch typed");
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      if (!the.run.made("typed")) the.run.type("\r");
      return the.run.made("typed");
    }, SLOW);
    expect(the.run.calls).toEqual([]);
  });

  it("no call outlives Codex itself", async () => {
    await using the = await codexRun({ steps: [shell("touch begun; sleep 300")] }, { autonomy: "auto" });
    const watched = watchCalls(the.run);
    await the.start();
    await until(async () => the.run.made("begun"), SLOW);
    expect(watched.open()).toHaveLength(1);
    process.kill(the.run.pidOf("app-server"), "SIGKILL");
    await until(async () => watched.open().length === 0, SLOW);
  });

  it("where the hook does not run, a call is of doubtful reach, and its edits are told all the same", async () => {
    await using the = await codexRun(
      { steps: [shell("echo 1 > one"), patch("*** Add File: new", "+x"), { text: "Done." }] },
      { autonomy: "auto" },
    );
    the.run.tamper = async (program) => ({
      ...program,
      args: program.args.map((arg) => arg.replaceAll(/sha256:[0-9a-f]{8}/g, "sha256:00000000")),
    });
    const watched = watchCalls(the.run);
    await the.start();
    await idle(the);
    expect(watched.open()).toEqual([]);
    expect(watched.story()).toEqual(["open anything (doubtful)", "close", "open new (doubtful)", "close"]);
    expect(watched.checked.map((checked) => compare(checked)[0] === compare(checked)[1])).toEqual([true]);
    expect(the.run.gate.hooks).toEqual([]);
  });
});

describe.concurrent("what the workspace has against a call", () => {
  for (const decision of ["deny", "ask"] as const)
    it(`is told to the model, and nothing runs (${decision})`, async () => {
      await using the = await codexRun({ steps: [shell("touch x"), { text: "Done." }] }, { autonomy: "full" });
      the.run.objection = () => ({ decision, reason: "OTHERS-WORK-THERE." });
      const watched = watchCalls(the.run);
      await the.start();
      await idle(the);
      expect(the.run.made("x")).toBe(false);
      const last = the.model.turns.at(-1);
      expect(last && textOf(last)).toContain("OTHERS-WORK-THERE.");
      if (decision === "ask") expect(last && textOf(last)).toContain("Ask the person with send_message");
      expect(watched.open()).toEqual([]);
      expect(watched.story()).toEqual(decision === "ask" ? ["open touch x", "hold", "close"] : ["close"]);
    });
});

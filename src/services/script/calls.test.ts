import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compare, outside, watchCalls } from "../../../test/rig/calls.ts";
import { scriptStage } from "../../../test/rig/script-stage.ts";
import { script } from "./script.ts";

const { make } = scriptStage();

test("every step that changes files is a call with its exact edit; commands can change anything", async () => {
  const run = await make([
    { write: "notes/a.txt", text: "one\ntwo\n" },
    { append: "notes/a.txt", text: "three" },
    { edit: "notes/a.txt", replace: "two\n", by: "TWO\n2b\n" },
    { edit: "there.txt", replace: "b", by: "B" },
    { write: "there.txt", text: "" },
    { run: "echo hi > c.txt" },
    { call: "list_agents" },
    { run: "false" },
  ]);
  await writeFile(join(run.agent.cwd, "there.txt"), "a\r\nb\r\nc");
  const watched = watchCalls(run);
  await run.start(script);
  await run.signal("turn_failed");
  await expect.poll(() => watched.open()).toEqual([]);
  expect(watched.story()).toEqual([
    ...["open a.txt", "close", "open a.txt", "close", "open a.txt", "close", "open there.txt", "close"],
    ...["open there.txt", "close", "open echo hi > c.txt", "close", "open false", "close"],
  ]);
  expect(watched.checked).toHaveLength(5);
  for (const checked of watched.checked) {
    const [told, real] = compare(checked);
    expect(told).toBe(real);
    if (typeof checked.told === "object" && checked.told.regions) expect(outside(checked)).toEqual([]);
  }
});

test("a step that fails or is stopped is closed, and has left nothing for certain", async () => {
  const run = await make([{ edit: "a.txt", replace: "nowhere", by: "x" }]);
  await writeFile(join(run.agent.cwd, "a.txt"), "a\n");
  const watched = watchCalls(run);
  await run.start(script);
  await run.signal("turn_failed");
  expect([watched.story(), watched.checked]).toEqual([["open a.txt", "close"], []]);

  const slow = await make([{ run: "touch begun; sleep 60" }], { name: "ben" });
  const watchedToo = watchCalls(slow);
  const session = await slow.start(script);
  await expect.poll(() => existsSync(join(slow.agent.cwd, "begun")), { timeout: 15_000 }).toBe(true);
  await session.interrupt?.();
  await slow.signal("idle");
  expect([watchedToo.open(), watchedToo.story()]).toEqual([[], ["open touch begun; sleep 60", "close"]]);
});

test("what the workspace has against a step: refused, or asked of the person", async () => {
  const run = await make([{ run: "touch x" }]);
  run.objection = () => ({ decision: "deny", reason: "OTHERS-WORK-THERE" });
  await run.start(script);
  expect((await run.signal("turn_failed")).reason).toContain("OTHERS-WORK-THERE");
  expect(existsSync(join(run.agent.cwd, "x"))).toBe(false);

  const other = await make([{ run: "touch y" }], { name: "ben", autonomy: "full" });
  other.objection = () => ({ decision: "ask", reason: "OTHERS-WORK-THERE" });
  const session = await other.start(script);
  const { item } = await other.signal("attention");
  expect(item).toMatchObject({ kind: "permission", title: "OTHERS-WORK-THERE" });
  expect(existsSync(join(other.agent.cwd, "y"))).toBe(false);
  await session.answer?.(item.key ?? "", { kind: "allow" });
  await other.signal("idle");
  expect(existsSync(join(other.agent.cwd, "y"))).toBe(true);
  expect(other.calls.map((call) => Object.keys(call)[0])).toEqual(["open", "hold", "goOn", "close"]);
});

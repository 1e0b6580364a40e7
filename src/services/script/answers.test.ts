import { mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive, scriptStage } from "../../../test/rig/script-stage.ts";
import type { Answer } from "../../contract/attention.ts";
import { decisionFor } from "../../contract/policy.ts";
import type { Asked } from "../../core/ports/service.ts";
import { script } from "./script.ts";
import type { Step } from "./steps.ts";

const { make, started, send } = scriptStage();

test("a question can be answered from anywhere: by an option or a text, and only while it is asked", async () => {
  const run = await started([
    { ask: "Which colour?", options: ["green", "{{me}}'s own"], as: "colour" },
    { ask: "Why?", as: "why" },
    { write: "colour.txt", text: "{{colour}}: {{why}}" },
  ]);
  const { item } = await run.signal("attention");
  expect(item).toMatchObject({
    kind: "question",
    options: [{ label: "green" }, { label: "alice's own" }],
    answers: ["option", "text"],
  });
  const answer = (key: string | undefined, given: Answer): Promise<void> | undefined =>
    run.session?.answer?.(key ?? "", given);
  await answer(item.key, { kind: "option", index: 1, label: "alice's own" });
  const second = (await run.signal("attention", { where: (signal) => signal.item.title === "Why?" })).item;
  expect(second.answers).toEqual(["text"]);
  await expect(answer(item.key, { kind: "text", text: "late" })).rejects.toMatchObject({ code: "conflict" });
  await answer(second.key, { kind: "text", text: "because" });
  await run.signal("idle");
  expect(await readFile(join(run.agent.cwd, "colour.txt"), "utf8")).toBe("alice's own: because");
  expect(await run.shows()).toContain("> 2  alice's own");
});

test("a permission shows exactly what will happen; always holds for steps of its kind, deny tells why", async () => {
  const run = await started(
    [
      { write: "a.txt", text: "one\ntwo\n" },
      { edit: "a.txt", replace: "two", by: "2" },
      { run: "touch one" },
      { run: "touch two" },
      { append: "a.txt", text: "three" },
    ],
    { autonomy: "ask" },
  );
  const asked = async (where: string): Promise<Asked> =>
    (await run.signal("attention", { where: ({ item }) => item.title.includes(where) })).item;
  const answer = async (item: Asked, given: Answer): Promise<void> => run.session?.answer?.(item.key ?? "", given);
  const write = await asked("change a.txt");
  expect(write).toMatchObject({
    kind: "permission",
    detail: "a.txt\n+ one\n+ two",
    answers: ["allow", "always", "deny"],
  });
  await answer(write, { kind: "allow" });
  const since = run.signals.length;
  const edit = (await run.signal("attention", { since: since - 1, where: ({ item }) => item.key !== write.key })).item;
  expect(edit.detail).toBe("a.txt\n- two\n+ 2");
  await answer(edit, { kind: "allow" });
  await answer(await asked("touch one"), { kind: "always" });
  const append = (await run.signal("attention", { where: ({ item }) => item.detail?.includes("three") === true })).item;
  await answer(append, { kind: "deny", reason: "long enough" });
  expect((await run.signal("turn_failed")).reason).toContain("the person said no: long enough");
  await expect(stat(join(run.agent.cwd, "two"))).resolves.toBeTruthy();
  expect(await readFile(join(run.agent.cwd, "a.txt"), "utf8")).toBe("one\n2\n");
  expect(run.signals.filter(({ type }) => type === "attention")).toHaveLength(4);
});

test("policies decide without a person, or ask where nobody would have been asked", async () => {
  const run = await make([{ run: "touch one" }, { call: "list_agents" }, { write: "a.txt", text: "x" }], {
    autonomy: "ask",
  });
  run.policies.set("run", "allow").set("call", "ask").set("write", "deny");
  await run.start(script);
  const { item } = await run.signal("attention");
  expect(item.title).toBe("Allow the script to call list_agents?");
  await run.session?.answer?.(item.key ?? "", { kind: "allow" });
  expect((await run.signal("turn_failed")).reason).toContain("step 3 (write): a policy of this workspace denies it");
  await expect(stat(join(run.agent.cwd, "one"))).resolves.toBeTruthy();
  await expect(stat(join(run.agent.cwd, "a.txt"))).rejects.toThrow();
});

test.each([".github/a", "./.github/a", "x/../.github/new/a", "link/a"])(
  "a policy on a path holds for %s: by the file it is, however it is written",
  async (file) => {
    const run = await make([{ write: file, text: "" }]);
    await mkdir(join(run.agent.cwd, ".github"));
    await symlink(".github", join(run.agent.cwd, "link"));
    const asked: (string | undefined)[] = [];
    run.policy = (tool: string, subject?: string) => {
      asked.push(subject);
      return decisionFor([{ id: "p1", decision: "deny", tool: "write", pattern: ".github/*" }], tool, subject ?? "");
    };
    await run.start(script);
    expect((await run.signal("turn_failed")).reason).toContain("a policy of this workspace denies it");
    expect(asked).toEqual([file.includes("new") ? ".github/new/a" : ".github/a"]);
    expect(await readdir(join(run.agent.cwd, ".github"))).toEqual([]);
  },
);

test.each<[string, Step, string]>([
  ["a command, with what it started", { run: "echo $$ > pid; sleep 60" }, "working"],
  ["a wait", { wait: {} }, "working"],
  ["a question", { ask: "Well?" }, "attention"],
])("an interrupt stops %s, skips the rest, and the agent rests and can be reached", async (_what, step, held) => {
  const run = await started({
    steps: [{ say: "begin" }, step, { write: "never.txt", text: "" }],
    on_message: [{ steps: [{ write: "reached.txt", text: "" }] }],
  });
  if (held === "attention") await run.signal("attention");
  else await run.signal("working", { where: ({ activity }) => activity !== "starting" });
  const file = join(run.agent.cwd, "pid");
  if ("run" in step) await expect.poll(() => readFile(file, "utf8").catch(() => ""), { timeout: 10_000 }).not.toBe("");
  await run.session?.interrupt?.();
  expect(run.signals.at(-1)?.type).toBe("idle");
  await expect.poll(() => run.shows()).toContain("interrupted");
  if ("run" in step) {
    const pid = Number(await readFile(file, "utf8"));
    await expect.poll(() => isAlive(pid)).toBe(false);
  }
  // Harmless when nothing runs.
  await run.session?.interrupt?.();
  const since = run.signals.length;
  send(run, "m1", "ben", "go on");
  await run.signal("idle", { since });
  await expect(stat(join(run.agent.cwd, "reached.txt"))).resolves.toBeTruthy();
  await expect(stat(join(run.agent.cwd, "never.txt"))).rejects.toThrow();
});

test("resumed it keeps its conversation, performs no step again and waits for messages", async () => {
  const run = await started(
    { steps: [{ write: "again.txt", text: "" }], on_message: [{ steps: [{ write: "reached.txt", text: "" }] }] },
    { run: 2, session: "ag-alice.1", resumed: true },
  );
  await run.signal("idle");
  expect((await run.signal("session")).session).toBe("ag-alice.1");
  const since = run.signals.length;
  send(run, "m1", "ben", "still there?");
  await run.signal("idle", { since });
  await expect(stat(join(run.agent.cwd, "reached.txt"))).resolves.toBeTruthy();
  await expect(stat(join(run.agent.cwd, "again.txt"))).rejects.toThrow();
});

test("it says what it goes by: the program's last word, and whether its line is open", async () => {
  const run = await started([{ ask: "Well?" }]);
  const { item } = await run.signal("attention");
  expect(run.session?.evidence?.()[0]).toMatchObject({
    source: "script",
    says: "waiting for an answer",
    detail: "Well?",
  });
  await run.session?.answer?.(item.key ?? "", { kind: "text", text: "yes" });
  await run.signal("idle");
  await expect
    .poll(() => run.session?.evidence?.().map(({ source, says }) => [source, says]))
    .toEqual([
      ["script", "idle"],
      ["line", "open for messages"],
    ]);
});

test("an answer given while no server listened to the program arrives after the takeover", async () => {
  const run = await started([
    { ask: "Well?", as: "well" },
    { write: "well.txt", text: "{{well}}" },
  ]);
  const { item } = await run.signal("attention");
  await run.session?.close();
  run.drop();
  const session = await run.start(script);
  await session.answer?.(item.key ?? "", { kind: "text", text: "fine" });
  await run.signal("idle");
  expect(await readFile(join(run.agent.cwd, "well.txt"), "utf8")).toBe("fine");
});

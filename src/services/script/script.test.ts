import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isAlive, scriptStage } from "../../../test/rig/script-stage.ts";
import { script } from "./script.ts";
import type { Step } from "./steps.ts";

const { calls, make, started, send, folder } = scriptStage();

test("it is always there, without an account", async () => {
  expect(await script.detect({}, AbortSignal.timeout(1000))).toMatchObject({
    service: "script",
    ready: true,
    findings: [],
  });
});

test("it lists the tools, calls them, keeps what they return, edits files, runs commands, and comes to rest", async () => {
  const run = await started([
    { call: "list_agents", as: "peers" },
    { write: "notes/hello.txt", text: "Hello {{peers.agents.1.name}}\n" },
    { edit: "notes/hello.txt", replace: "Hello", by: "Good day" },
    { append: "notes/hello.txt", text: "from {{me}}\n" },
    { run: "wc -l < notes/hello.txt", as: "counted" },
    { repeat: 2, steps: [{ call: "send_message", with: { to: "ben", content: "lines: {{counted.output}}" } }] },
    { say: "all done" },
  ]);
  await run.signal("idle");
  expect(await run.toolsListed(100)).toBe(true);
  expect(await readFile(join(run.agent.cwd, "notes/hello.txt"), "utf8")).toBe("Good day ben\nfrom alice\n");
  expect(calls.map(({ tool }) => tool)).toEqual(["list_agents", "send_message", "send_message"]);
  expect(calls[1]?.args).toEqual({ to: "ben", content: "lines: 2" });
  expect(run.signals.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])).toEqual([
    "session",
    "working",
    "idle",
  ]);
  await expect.poll(() => run.shows()).toContain("✓ done");
  const screen = await run.shows();
  expect(screen).toContain("◆ alice");
  expect(screen).toContain("▸ run wc -l < notes/hello.txt");
  expect(screen).toContain("all done");
});

test("what it is doing is told while it does it, in the words of its note", async () => {
  const run = await started([{ sleep: 0, note: "thinking it over" }, { run: "true" }]);
  await run.signal("idle");
  expect(run.signals.flatMap((signal) => (signal.type === "working" ? [signal.activity] : []))).toEqual([
    "starting",
    "thinking it over",
    "run true",
  ]);
});

test("the token is in a private file, not in the command line or the environment", async () => {
  const run = await started([
    { run: "env", as: "env" },
    { call: "send_message", with: { to: "ben", content: "{{env.output}}" } },
  ]);
  await run.signal("idle");
  const [program] = run.started;
  expect(JSON.stringify(program)).not.toContain(run.token);
  expect(JSON.stringify(calls)).not.toContain(run.token);
  expect((await stat(program?.args[1] ?? "")).mode & 0o777).toBe(0o600);
});

test("a script can be a file in the agent's folder, and nowhere else", async () => {
  const run = await make("steps.jsonl");
  await writeFile(join(run.agent.cwd, "steps.jsonl"), '{"say":"one"}\n{"say":"two"}\n');
  await run.start(script);
  await run.signal("idle");
  await expect.poll(() => run.shows()).toContain("two");

  const outside = await make("../secret.json", { name: "ben" });
  await outside.start(script);
  expect((await outside.signal("failed")).reason).toContain("outside the agent's folder");
});

test.each([
  ["a task in plain words", "please write a poem", "neither JSON nor the name"],
  ["a step that does not exist", '[{"dance":1}]', "step 1 must have exactly one of"],
  ["a file that is not there", "missing.json", "could not be read"],
])("%s fails at once and says what a script is", async (_what, task, problem) => {
  const run = await started(task);
  const { reason } = await run.signal("failed");
  expect(reason).toContain(problem);
  expect(reason).toContain('{"steps": [');
});

test.each<[string, Step, string]>([
  ["a command that fails", { run: "exit 3" }, "step 2 (run): it ended with exit code 3"],
  ["a command that is too slow", { run: "sleep 30", timeout: 0.2 }, "too slow"],
  ["a message that never comes", { wait: {}, timeout: 0.1 }, "step 2 (wait): no such message came"],
  ["an edit that does not fit", { edit: "a.txt", replace: "y", by: "z" }, "0 times"],
  ["a path out of its folder", { write: "../a.txt", text: "" }, "outside the agent's folder"],
  ["a tool that does not exist", { call: "fly" }, "step 2 (call)"],
  ["the script's own word", { fail: "I give up" }, "I give up"],
])("%s fails the turn with its place, and the agent can still be reached", async (_what, step, problem) => {
  const run = await started({
    steps: [{ write: "a.txt", text: "x" }, step],
    on_message: [{ steps: [{ say: "still here" }] }],
  });
  expect((await run.signal("turn_failed")).reason).toContain(problem);
  send(run, "m1", "ben", "are you there?");
  await run.signal("idle");
  await expect.poll(() => run.shows()).toContain("still here");
});

test("a link that leads out of the folder is not followed", async () => {
  const run = await make([{ write: "link.txt", text: "gone" }]);
  const target = join(await folder("elsewhere"), "target.txt");
  await writeFile(target, "kept");
  await symlink(target, join(run.agent.cwd, "link.txt"));
  await run.start(script);
  expect((await run.signal("turn_failed")).reason).toContain("leads outside");
  expect(await readFile(target, "utf8")).toBe("kept");
});

test("a message that came before its step is taken by the first step it fits, and each is confirmed as seen", async () => {
  const run = await started([
    { sleep: 0.4 },
    { wait: { from: "ben" }, as: "b" },
    { wait: { containing: "PLAN" }, as: "c" },
    { write: "got.txt", text: "{{b.content}}|{{c.from}}" },
  ]);
  send(run, "m1", "cleo", "here is the plan");
  send(run, "m2", "ben", "hello");
  await run.signal("idle");
  expect(await readFile(join(run.agent.cwd, "got.txt"), "utf8")).toBe("hello|cleo");
  expect(run.handed.map(({ id, channel }) => [id, channel])).toEqual(
    expect.arrayContaining([
      ["m1", "poll"],
      ["m2", "poll"],
    ]),
  );
  expect(run.handed).toHaveLength(2);
  const seen = run.signals.flatMap((signal) => (signal.type === "seen" ? signal.messages : []));
  expect(seen.sort()).toEqual(["m1", "m2"]);
});

test("an agent at rest wakes for a message, answers by its rules, and rests again", async () => {
  const run = await started({
    steps: [],
    on_message: [
      {
        containing: "ping",
        steps: [{ call: "send_message", with: { to: "{{message.from}}", content: "pong to {{message.id}}" } }],
      },
      { steps: [{ say: "noted" }] },
    ],
  });
  await run.signal("idle");
  const since = run.signals.length;
  send(run, "m1", "ben", "Ping!");
  await run.signal("working", { since });
  await run.signal("idle", { since });
  expect(calls.filter(({ tool }) => tool === "send_message").map(({ args }) => args)).toEqual([
    { to: "ben", content: "pong to m1" },
  ]);
  await expect.poll(() => run.shows()).toContain("✉ ben");
});

test("taken over by a new server it goes on, and is asked what it has before anything is handed over again", async () => {
  const run = await started([
    { wait: { containing: "first" } },
    { wait: { containing: "second" } },
    { write: "done.txt", text: "both" },
  ]);
  send(run, "m1", "ben", "first");
  await run.signal("seen");
  // Where a server dies, the door asks the next one what this one left unanswered; here the program itself asks again.
  await run.session?.close();
  run.drop();
  const session = await run.start(script);
  expect(run.started).toHaveLength(1);
  expect(await session.knows?.(["m1", "m9"])).toEqual(["m1"]);
  send(run, "m2", "ben", "second");
  await run.signal("idle");
  expect(await readFile(join(run.agent.cwd, "done.txt"), "utf8")).toBe("both");
});

test("a question holds it until the person has typed an answer", async () => {
  const run = await started([
    { ask: "Which colour?", as: "colour" },
    { write: "colour.txt", text: "{{colour}}" },
  ]);
  expect((await run.signal("attention")).item).toMatchObject({ kind: "question", title: "Which colour?" });
  run.type("green\r");
  await run.signal("resolved");
  await run.signal("idle");
  expect(await readFile(join(run.agent.cwd, "colour.txt"), "utf8")).toBe("green");
});

test("with autonomy ask nothing changes without a yes", async () => {
  const run = await started([{ run: "touch one" }, { run: "touch two" }], { autonomy: "ask" });
  expect((await run.signal("attention")).item).toMatchObject({
    kind: "permission",
    title: "Allow the script to run touch one?",
  });
  run.type("y\r");
  await run.signal("attention", { where: ({ item }) => item.title.includes("two") });
  run.type("n\r");
  expect((await run.signal("turn_failed")).reason).toContain("the person said no");
  await expect(stat(join(run.agent.cwd, "one"))).resolves.toBeTruthy();
  await expect(stat(join(run.agent.cwd, "two"))).rejects.toThrow();
});

test("asked to leave it ends at once, with what it had started", async () => {
  const run = await started([{ run: "echo $$ > pid; sleep 60" }]);
  await run.signal("working", { where: ({ activity }) => activity?.startsWith("run") === true });
  const file = join(run.agent.cwd, "pid");
  await expect.poll(() => readFile(file, "utf8").catch(() => "")).not.toBe("");
  const pid = Number(await readFile(file, "utf8"));
  const terminal = await run.terminal({ command: "", args: [], env: {} });
  await run.session?.leave();
  expect((await terminal.exited(AbortSignal.timeout(3000))).code).toBe(0);
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a script can end its own process with any code", async () => {
  const run = await started([{ exit: 7 }]);
  const terminal = await run.terminal({ command: "", args: [], env: {} });
  expect((await terminal.exited(AbortSignal.timeout(5000))).code).toBe(7);
});

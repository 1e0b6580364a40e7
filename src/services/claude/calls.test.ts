import { expect, it } from "vitest";
import { Calls } from "./calls.ts";
import { readHook, type Hook } from "./hooks.ts";

function followed() {
  const told: string[] = [];
  const note = async (what: string): Promise<undefined> => void told.push(what);
  const calls = new Calls({
    openCall: ({ id, doubtful }) => note(`open ${id}${doubtful ? " (doubtful)" : ""}`),
    holdCall: (id) => note(`hold ${id}`),
    goOnCall: (id) => note(`go on ${id}`),
    closeCall: (id) => note(`close ${id}`),
  });
  return { calls, told };
}

const hook = (name: string, body: object): Hook => readHook(name, { cwd: "/w", ...body });
const bash = (name: string, id: string, more: object = {}): Hook =>
  hook(name, { tool_name: "Bash", tool_input: { command: id }, tool_use_id: id, ...more });
const working = { phase: "working" as const, awaits: false, dialogs: [] };
const idle = { ...working, phase: "idle" as const };

it("subagents outlive the turn of their agent while it waits for them", async () => {
  const { calls, told } = followed();
  await calls.follow(working);
  await calls.begin(bash("PreToolUse", "own"));
  await calls.begin(bash("PreToolUse", "sub", { agent_id: "s" }));
  await calls.follow({ ...idle, awaits: true });
  expect(told.splice(0)).toEqual(["open own", "open sub", "close own"]);
  // One that begins while the agent rests.
  await calls.begin(bash("PreToolUse", "next", { agent_id: "s" }));
  await calls.follow({ ...idle, awaits: true });
  await calls.over(hook("PostToolBatch", { agent_id: "s" }));
  await calls.follow(idle);
  expect(told).toEqual(["open next", "close sub", "close next"]);
});

it("a command in the background that an earlier server saw begin is known from the list at the end of a turn", async () => {
  const { calls, told } = followed();
  const task = (id: string, status = "running"): object => ({ id, type: "shell", status });
  await calls.over(hook("Stop", { background_tasks: [task("b1"), task("b2"), { id: "a", type: "subagent" }] }));
  await calls.over(hook("Stop", { background_tasks: [task("b1", "completed"), task("b2")] }));
  await calls.follow(idle);
  const notice = "<task-notification><task-id>b2</task-id><status>failed</status></task-notification>";
  await calls.over(hook("UserPromptSubmit", { prompt: notice }));
  expect(told).toEqual([
    ...["open background b1 (doubtful)", "open background b2 (doubtful)"],
    ...["close background b1", "close background b2"],
  ]);
});

it("a dialog only the screen tells of holds what is open, and an answer that fails holds again", async () => {
  const { calls, told } = followed();
  await calls.begin(bash("PreToolUse", "x"));
  const dialog = { item: { kind: "permission" as const, title: "" }, input: "", subagent: undefined, at: 0 };
  await calls.follow({ ...working, dialogs: [{ ...dialog, tool: "" }] });
  const asked = { ...working, dialogs: [{ ...dialog, tool: "Bash", call: "x" }] };
  await expect(
    calls.goOn("x", async () => {
      await calls.follow(asked);
      throw new Error("no effect");
    }),
  ).rejects.toThrow("no effect");
  await calls.over(bash("PermissionDenied", "x"));
  expect(told).toEqual(["open x", "hold x", "go on x", "hold x", "close x"]);
});

it("tools that only read are not told, whatever else a version may have is", async () => {
  const { calls, told } = followed();
  for (const tool_name of ["Read", "Agent", "WebFetch", "TodoWrite", "AskUserQuestion", "mcp__clustr__send_message"])
    await calls.begin(hook("PreToolUse", { tool_name, tool_use_id: tool_name }));
  for (const tool_name of ["NotebookEdit", "mcp__files__write", "Unheard"])
    await calls.begin(hook("PreToolUse", { tool_name, tool_use_id: tool_name, tool_input: { notebook_path: "n" } }));
  await calls.over(hook("SessionEnd", {}));
  expect(told).toHaveLength(6);
  expect(told.filter((one) => one.startsWith("open"))).toEqual([
    "open NotebookEdit",
    "open mcp__files__write",
    "open Unheard",
  ]);
});

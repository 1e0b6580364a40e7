import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Signal } from "../../core/ports/service.ts";
import { believe } from "../verdict.ts";
import { newBelief, titleWorks, type Belief } from "./belief.ts";
import { crossCheck } from "./cross-check.ts";
import { witnessesOf } from "./witnesses.ts";
import { readHook } from "./hooks.ts";
import { heard } from "./signals.ts";

/** The hooks of a story as Claude Code sent them. */
function recorded(story: string): Record<string, unknown>[] {
  const lines = readFileSync(new URL(`./recorded/${story}.jsonl`, import.meta.url), "utf8")
    .trim()
    .split("\n");
  return lines.flatMap((line) => {
    const { hook } = JSON.parse(line) as { hook?: Record<string, unknown> };
    return hook === undefined ? [] : [hook];
  });
}

/** Plays hooks one second apart and returns what was reported. */
function play(hooks: Record<string, unknown>[], belief: Belief = newBelief(true)): { belief: Belief; told: Signal[] } {
  const told: Signal[] = [];
  hooks.forEach((body, index) => {
    const step = heard(belief, readHook(String(body.hook_event_name), body), 1_000 * (index + 1));
    belief = step.belief;
    told.push(...step.signals);
  });
  return { belief, told };
}

const types = (told: Signal[]): string[] => told.map((signal) => signal.type);
const at = (seconds: number): number => seconds * 1_000;
const file = (status: "idle" | "busy" | "waiting", since: number): NonNullable<Belief["file"]> => ({
  status,
  waitingFor: undefined,
  socket: undefined,
  since,
});

test("a turn with a tool is told from its first prompt to its end", () => {
  const { told, belief } = play(recorded("turn"));
  expect(told).toEqual([
    { type: "session", session: expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    { type: "working" },
    { type: "working", activity: "Bash: echo hi" },
    { type: "idle" },
  ]);
  expect(belief.phase).toBe("idle");
});

test("a permission is attention until the tool ran", () => {
  const { told } = play(recorded("permission"));
  expect(types(told)).toEqual(["session", "working", "working", "attention", "resolved", "idle"]);
  expect(told[3]).toMatchObject({ item: { kind: "permission", title: "Allow Bash: npm --version?" } });
});

test("a question shows what is asked and what can be answered", () => {
  const question = recorded("question").find((body) => body.hook_event_name === "PermissionRequest") ?? {};
  const { told } = play([question]);
  expect(told.at(-1)).toMatchObject({
    type: "attention",
    item: {
      kind: "question",
      title: "Which colour?",
      detail: "Which colour?",
      options: [
        { label: "Red", description: "r" },
        { label: "Blue", description: "b" },
      ],
      answers: ["option", "text", "deny"],
    },
  });
});

test("failures are told with a remedy; a missing login is final", () => {
  const failure = (more: Record<string, unknown>): Signal | undefined =>
    play([{ hook_event_name: "StopFailure", ...more }]).told.at(-1);
  expect(play(recorded("not-logged-in")).told.at(-1)).toMatchObject({
    type: "failed",
    reason: expect.stringContaining("/login") as string,
  });
  expect(failure({ error: "rate_limit", last_assistant_message: "You've hit your limit" })).toMatchObject({
    type: "turn_failed",
    reason: expect.stringMatching(/You've hit your limit \(rate_limit\).*send the agent a message/) as string,
  });
  expect(failure({ error: "something_new" })).toMatchObject({
    type: "turn_failed",
    reason: expect.stringContaining("something_new") as string,
  });
});

test("hooks of a subagent never move the agent, but its dialogs are shown", () => {
  const begun = play(recorded("turn").slice(0, 2)).belief;
  const sub = (name: string): Record<string, unknown> => ({
    hook_event_name: name,
    agent_id: "a1",
    tool_name: "Bash",
    tool_input: { command: "ls" },
  });
  const { told, belief } = play([sub("PreToolUse"), sub("PermissionRequest"), sub("PostToolUse"), sub("Stop")], begun);
  expect(types(told)).toEqual(["attention", "resolved"]);
  expect(belief.phase).toBe("working");
});

test("what the tool itself will wake up for keeps the agent running; a shell in the background does not", () => {
  const stop = (type: string): Record<string, unknown> => ({
    hook_event_name: "Stop",
    background_tasks: [{ id: "1", type, status: "running" }],
    session_crons: [],
  });
  expect(play([stop("subagent")]).told).toEqual([
    { type: "working", activity: "waits for 1 thing it started in the background" },
  ]);
  expect(play([stop("shell")]).told).toEqual([{ type: "idle" }]);
});

test("unknown hooks and damaged payloads tell nothing", () => {
  expect(heard(newBelief(true), readHook("SomethingNew", { session_id: 7 }), 1).signals).toEqual([]);
  expect(heard(newBelief(true), readHook("PreToolUse", null), 1).signals).toEqual([
    { type: "working", activity: "a tool" },
  ]);
});

test("Esc: the session file rests after the last hook, for long enough", () => {
  const working = { ...newBelief(true), phase: "working" as const, hookAt: at(10) };
  expect(crossCheck({ ...working, file: file("idle", at(11)) }, at(11.5)).signals).toEqual([]);
  expect(crossCheck({ ...working, file: file("idle", at(11)) }, at(12.1)).signals).toEqual([{ type: "idle" }]);
  // Between a prompt's hook and the file's next change the file still says idle: not yet a contradiction.
  expect(crossCheck({ ...working, file: file("idle", at(9)) }, at(12.1)).signals).toEqual([]);
  expect(crossCheck({ ...working, file: file("idle", at(9)) }, at(16)).signals).toEqual([{ type: "idle" }]);
  expect(crossCheck({ ...working, answering: 1, file: file("idle", at(11)) }, at(20)).signals).toEqual([]);
});

test("without a session file the title alone ends a turn, but never one with an open dialog", () => {
  const working = {
    ...newBelief(true),
    phase: "working" as const,
    hookAt: at(1),
    title: { working: false, since: at(2) },
  };
  expect(crossCheck(working, at(8)).signals).toEqual([{ type: "idle" }]);
  const held = play([{ hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: {} }], working).belief;
  expect(crossCheck(held, at(100)).signals).toEqual([]);
});

test("a dialog no hook told of is found, and found gone", () => {
  const working = { ...newBelief(true), phase: "working" as const, hookAt: at(1) };
  const open = crossCheck({ ...working, file: file("waiting", at(2)) }, at(4));
  expect(types(open.signals)).toEqual(["attention"]);
  expect(crossCheck({ ...open.belief, file: file("waiting", at(2)) }, at(60)).signals).toEqual([]);
  expect(crossCheck({ ...open.belief, file: file("busy", at(6)) }, at(8)).signals).toEqual([{ type: "resolved" }]);
  expect(types(crossCheck({ ...open.belief, file: file("idle", at(6)) }, at(8)).signals)).toEqual(["resolved", "idle"]);
});

test("a task that is never taken is told as a failure, a hookless session as begun", () => {
  const resting = { ...newBelief(true), file: file("idle", at(5)) };
  expect(crossCheck({ ...resting, hookAt: at(4) }, at(24)).signals).toEqual([]);
  expect(types(crossCheck({ ...resting, hookAt: at(4) }, at(26)).signals)).toEqual(["turn_failed"]);
  expect(types(crossCheck(resting, at(26)).signals)).toEqual(["working", "idle"]);
  expect(types(crossCheck({ ...resting, prompted: false }, at(7)).signals)).toEqual(["idle"]);
});

test("with neither hooks nor a session file, the title tells how a start went", () => {
  const title = (working: boolean, since: number): Belief => ({ ...newBelief(true), title: { working, since } });
  expect(types(crossCheck(title(true, at(2)), at(3)).signals)).toEqual(["working"]);
  expect(crossCheck(title(false, at(2)), at(10)).signals).toEqual([]);
  expect(types(crossCheck(title(false, at(2)), at(23)).signals)).toEqual(["working", "idle"]);
});

test("a request told again after a restart is the same item; its key is the request's", () => {
  const request = { hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: "ls" } };
  const call = { ...request, hook_event_name: "PreToolUse", tool_use_id: "toolu_1" };
  const begun = play([call]).belief;
  const first = heard(begun, readHook("PermissionRequest", request, "r1"), at(2));
  const again = heard({ ...first.belief, calls: [] }, readHook("PermissionRequest", request, "r1"), at(9));
  expect(again.signals).toEqual(first.signals);
  expect(again.belief.dialogs).toEqual(first.belief.dialogs);
  expect(first.belief.dialogs[0]?.item).toMatchObject({ key: "r1", detail: "ls", answers: ["allow", "deny"] });
});

test("a cleared conversation is forgotten, and its successor's id is told first", () => {
  const begun = play(recorded("turn")).belief;
  const { told } = play([{ hook_event_name: "SessionStart", source: "clear", session_id: "next" }], begun);
  expect(types(told)).toEqual(["session", "forgot", "idle"]);
});

test("a compaction the person asked for is work, and then rest; one in the midst of a turn is a part of it", () => {
  const compact = (name: string, trigger: string): Record<string, unknown> => ({ hook_event_name: name, trigger });
  const idle = play(recorded("turn")).belief;
  const asked = play([compact("PreCompact", "manual"), compact("PostCompact", "manual")], idle);
  expect(asked.told).toEqual([{ type: "working", activity: "compacting the conversation" }, { type: "idle" }]);
  const begun = play(recorded("turn").slice(0, 2)).belief;
  const own = play([compact("PreCompact", "auto"), compact("PostCompact", "auto")], begun);
  expect(types(own.told)).toEqual(["working"]);
});

test("doubt: for longer than a second a source says something else, and nothing settles it", () => {
  const doubtOf = (belief: Belief, now: number): string | undefined => believe(witnessesOf(belief), now).doubt;
  const idle = { ...newBelief(true), phase: "idle" as const, hookAt: at(1) };
  expect(doubtOf({ ...idle, file: file("idle", at(1)) }, at(9))).toBeUndefined();
  expect(doubtOf({ ...idle, file: file("busy", at(2)) }, at(2.9))).toBeUndefined();
  expect(doubtOf({ ...idle, file: file("busy", at(2)) }, at(3.1))).toBe("hooks: idle, but session file: working");
  expect(doubtOf({ ...idle, title: { working: true, since: at(2) } }, at(3.1))).toBe("hooks: idle, but title: working");
  const { belief } = play([{ hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: {} }]);
  expect(doubtOf({ ...belief, file: file("busy", 0) }, at(3))).toMatch(/waiting for an answer, but session file: work/);
  expect(doubtOf({ ...belief, file: file("waiting", at(1)) }, at(3))).toBeUndefined();
  // A subagent in the background works on while the agent itself rests.
  expect(doubtOf({ ...idle, awaits: true, file: file("busy", at(2)) }, at(9))).toBeUndefined();
});

test("Esc shows at once in file and title together, an answer in the terminal in file and screen", () => {
  const working = { ...newBelief(true), phase: "working" as const, hookAt: at(10) };
  const left = { ...working, file: file("idle", at(11)), title: { working: false, since: at(11) } };
  expect(crossCheck(left, at(11.05)).signals).toEqual([]);
  expect(crossCheck(left, at(11.1)).signals).toEqual([{ type: "idle" }]);
  const { belief } = play([{ hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: {} }], working);
  const seen = { ...belief, file: file("busy", at(2)), screen: { dialog: false, since: at(2) } };
  expect(crossCheck(seen, at(2.1)).signals).toEqual([{ type: "resolved" }]);
  expect(crossCheck({ ...seen, screen: { dialog: true, since: at(2) } }, at(2.1)).signals).toEqual([]);
});

test("after a failed turn the agent rests, and its hooks say why; nothing contradicts that", () => {
  const { belief } = play([{ hook_event_name: "StopFailure", error: "overloaded" }]);
  const verdict = believe(witnessesOf({ ...belief, file: file("idle", at(2)) }), at(9));
  expect(verdict).toMatchObject({ status: "failed", sure: true });
});

test("a process that has ended is not corrected any more", () => {
  const working = { ...newBelief(true), phase: "working" as const, hookAt: at(1), file: file("idle", at(2)) };
  const ended = { ...working, exit: { says: ["failed" as const], since: at(3), words: "ended" } };
  expect(crossCheck(ended, at(60)).signals).toEqual([]);
  expect(believe(witnessesOf(ended), at(60))).toMatchObject({ status: "failed", by: "process", sure: true });
});

test("titles: a spinner works, a star rests, words tell nothing", () => {
  expect(["◐ alice", "◑ alice", "⠂ alice", "✳ alice", "alice", ""].map(titleWorks)).toEqual([
    true,
    true,
    true,
    false,
    undefined,
    undefined,
  ]);
});

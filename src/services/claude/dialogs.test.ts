import { expect, test } from "vitest";
import type { Signal } from "../../core/ports/service.ts";
import { newBelief, type Belief } from "./belief.ts";
import { crossCheck } from "./cross-check.ts";
import { readHook } from "./hooks.ts";
import { Outcomes } from "./outcomes.ts";
import { heard } from "./signals.ts";

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

const types = (told: Signal[]): string[] => told.map(({ type }) => type);
const at = (seconds: number): number => seconds * 1_000;
const file = (status: "busy" | "waiting", since: number): NonNullable<Belief["file"]> => ({
  status,
  waitingFor: undefined,
  socket: undefined,
  since,
});
const request = (tool: string): Record<string, unknown> => ({
  hook_event_name: "PermissionRequest",
  tool_name: tool,
  tool_input: {},
});

test("two dialogs at once are shown one after the other", () => {
  const { told } = play([
    request("Read"),
    request("Bash"),
    { hook_event_name: "PostToolUse", tool_name: "Read" },
    { hook_event_name: "PermissionDenied", tool_name: "Bash" },
  ]);
  expect(types(told)).toEqual(["attention", "working", "attention", "resolved"]);
});

test("a dialog that waited in line is not taken for answered by what happened before its turn", () => {
  const { belief } = play([request("Read"), request("Bash")]);
  const [first, second] = belief.dialogs;
  const given = { ...belief, dialogs: first && second ? [{ ...first, givenAt: at(3) }, second] : [] };
  const next = crossCheck({ ...given, file: file("busy", at(3.1)) }, at(3.2));
  expect(next.signals).toMatchObject([{ type: "attention", item: { title: "Allow Bash?" } }]);
  const seen = { ...next.belief, screen: { dialog: false, since: at(3.15) } };
  expect(crossCheck(seen, at(4.1)).signals).toEqual([]);
});

test("a dialog makes way for the next request once its answer has reached the tool, not while that is on its way", () => {
  const { belief } = play([request("Read")]);
  const asked = (news: object): string[] => {
    const before = { ...belief, dialogs: belief.dialogs.map((dialog) => ({ ...dialog, ...news })) };
    return play([request("Bash")], before).belief.dialogs.map(({ tool }) => tool);
  };
  expect(asked({ answeredAt: at(2) })).toEqual(["Read", "Bash"]);
  expect(asked({ answeredAt: at(2), givenAt: at(2) })).toEqual(["Bash"]);
});

test("an answer given from here is over with the file's first change; one given in the terminal, after a moment", () => {
  const { belief } = play([request("Bash")]);
  const [dialog] = belief.dialogs;
  const busy = { ...belief, file: file("busy", at(4)) };
  expect(crossCheck(busy, at(4.1)).signals).toEqual([]);
  expect(crossCheck(busy, at(5.1)).signals).toEqual([{ type: "resolved" }]);
  const given = { ...busy, dialogs: dialog ? [{ ...dialog, givenAt: at(3.9) }] : [] };
  expect(crossCheck(given, at(4.1)).signals).toEqual([{ type: "resolved" }]);
  // Answered before it was drawn: that it is not on the screen says nothing yet.
  const early = { ...given, file: file("busy", at(1)), screen: { dialog: false, since: at(4) } };
  expect(crossCheck(early, at(4.1)).signals).toEqual([]);
  expect(crossCheck(early, at(5)).signals).toEqual([{ type: "resolved" }]);
  const still = { ...given, file: file("waiting", at(1)) };
  expect(crossCheck({ ...still, screen: { dialog: true, since: at(1) } }, at(4.1)).signals).toEqual([]);
  expect(crossCheck({ ...still, screen: { dialog: false, since: at(4) } }, at(4.1)).signals).toEqual([
    { type: "resolved" },
  ]);
});

test("a dialog that was closed is not found again while the session file still tells of it", () => {
  const { belief } = play([{ hook_event_name: "UserPromptSubmit" }]);
  const lagging = { ...belief, file: file("waiting", at(2)), screen: { dialog: false, since: at(5) } };
  expect(crossCheck(lagging, at(5.1)).signals).toEqual([]);
  expect(types(crossCheck({ ...lagging, screen: undefined }, at(5.1)).signals)).toEqual(["attention"]);
  // Something that is drawn beside the composer.
  expect(types(crossCheck(lagging, at(10)).signals)).toEqual(["attention"]);
});

test("a no that came second to a yes in the terminal is told so, also while the file still tells of the dialog", async () => {
  const call = { tool_name: "Bash", tool_input: {}, tool_use_id: "c1" };
  const { belief } = play([{ hook_event_name: "PreToolUse", ...call }]);
  const item = { kind: "permission" as const, title: "Claude Code asks for a permission in its terminal" };
  const lagging = { ...belief, dialogs: [{ item, tool: "", input: "", subagent: undefined, at: at(2) }] };
  const outcomes = new Outcomes();
  const confirmed = outcomes.confirm("c1", { kind: "deny" }, () => lagging, new AbortController().signal);
  setTimeout(() => outcomes.heard(readHook("PostToolUse", call)), 60);
  await expect(confirmed).rejects.toMatchObject({ code: "conflict" });
});

import type { Signal } from "../../core/ports/service.ts";
import { askedOf } from "./asking.ts";
import type { Belief, Dialog, ToolCall } from "./belief.ts";
import { describeFailure } from "./failures.ts";
import { describeCall, text, type Hook } from "./hooks.ts";

/** A belief and what is to be reported about the step to it. */
export interface Step {
  belief: Belief;
  signals: Signal[];
}

/**
 * What one hook tells. `continued`: our answer to this Stop gives the model more to do, so the turn goes on. Pure; `now`
 * is ms since 1970.
 */
export function heard(before: Belief, hook: Hook, now: number, continued = false): Step {
  const belief: Belief = { ...before, hookAt: now, calls: callsAfter(before.calls, hook) };
  const signals: Signal[] = [];
  if (hook.session !== undefined && hook.session !== before.session && hook.subagent === undefined) {
    belief.session = hook.session;
    signals.push({ type: "session", session: hook.session });
  }
  const step = hook.subagent === undefined ? ofAgent(belief, hook, now, continued) : ofSubagent(belief, hook, now);
  return { belief: step.belief, signals: [...signals, ...step.signals] };
}

function ofAgent(belief: Belief, hook: Hook, now: number, continued: boolean): Step {
  switch (hook.name) {
    case "UserPromptSubmit":
      return works(belief, undefined, [{ type: "working" }]);
    case "PreToolUse":
      return works(belief, describeCall(hook));
    case "PreCompact":
      return works(belief, "compacting the conversation");
    case "PostCompact":
      // One the person asked for is all there was to do; any other was in the midst of a turn.
      return hook.body.trigger === "manual" ? rest(belief, [{ type: "idle" }]) : { belief, signals: [] };
    case "PermissionRequest":
      return asks(belief, hook, now);
    case "PostToolUse":
    case "PostToolUseFailure":
    case "PermissionDenied":
      return answered(works(belief, belief.activity), now, (dialog) => isAbout(dialog, hook));
    case "PostToolBatch":
      return answered(works(belief, belief.activity), now, (dialog) => dialog.subagent === undefined);
    case "Notification":
      return notified(belief, hook, now);
    case "Stop":
      return continued ? works(belief, belief.activity) : ended(belief, hook);
    case "StopFailure":
      return failed(belief, hook);
    case "SessionStart":
      return began(belief, hook);
    default:
      return { belief, signals: [] };
  }
}

/** A session begins, or begins anew: the person cleared the conversation. */
function began(belief: Belief, hook: Hook): Step {
  if (hook.body.source === "clear")
    return rest(belief, [{ type: "forgot", why: "its conversation was cleared" }, { type: "idle" }]);
  return hook.body.source === "resume" && !belief.prompted ? rest(belief, [{ type: "idle" }]) : { belief, signals: [] };
}

/** Subagents never move the agent's own phase, but the dialogs they open are shown to the person all the same. */
function ofSubagent(belief: Belief, hook: Hook, now: number): Step {
  if (hook.name === "PermissionRequest") return asks(belief, hook, now);
  if (hook.name === "PostToolBatch")
    return answered({ belief, signals: [] }, now, (dialog) => dialog.subagent === hook.subagent);
  if (CALL_OVER.has(hook.name)) return answered({ belief, signals: [] }, now, (dialog) => isAbout(dialog, hook));
  return { belief, signals: [] };
}

function works(belief: Belief, activity: string | undefined, signals: Signal[] = []): Step {
  const news = belief.phase !== "working" || activity !== belief.activity;
  const all =
    signals.length > 0 || !news
      ? signals
      : [{ type: "working" as const, ...(activity === undefined ? {} : { activity }) }];
  return { belief: { ...belief, phase: "working", awaits: false, failed: false, activity }, signals: all };
}

function asks(belief: Belief, hook: Hook, now: number): Step {
  const before = belief.dialogs.find(({ request }) => request !== undefined && request === hook.request);
  // Told once more after a restart of the server: the item may not have been written down.
  if (before !== undefined)
    return { belief, signals: before === belief.dialogs[0] ? [{ type: "attention", item: before.item }] : [] };
  const about = callOf(hook);
  const claimed = belief.dialogs.map(({ call }) => call);
  const call = belief.calls.find((one) => sameCall(one, about) && !claimed.includes(one.id))?.id;
  const dialog: Dialog = {
    ...about,
    item: askedOf(hook, hook.request ?? call ?? ""),
    call,
    request: hook.request,
    at: now,
  };
  // A dialog guessed from the session file moments before is this one; one whose answer has reached the tool has made way
  // for it. One whose answer is still on its way has not: the tool asks for calls it makes at once one right after the other.
  const known = belief.dialogs.filter((other) => other.tool !== "" && other.givenAt === undefined);
  return {
    belief: { ...belief, dialogs: [...known, dialog] },
    signals: known.length === 0 ? [{ type: "attention", item: dialog.item }] : [],
  };
}

/** Hooks that tell the end of one call: it ran, failed or was refused. */
const CALL_OVER = new Set(["PostToolUse", "PostToolUseFailure", "PermissionDenied"]);
/** Calls remembered; a model starts far fewer at a time. */
const CALLS = 64;

/** The calls under way after a hook told of a beginning or an end. */
function callsAfter(calls: ToolCall[], hook: Hook): ToolCall[] {
  const id = text(hook.body.tool_use_id);
  if (hook.name === "PreToolUse" && id !== undefined)
    return [...calls.filter((one) => one.id !== id), { ...callOf(hook), id }].slice(-CALLS);
  if (CALL_OVER.has(hook.name)) return calls.filter((one) => one.id !== id);
  if (/^(PostToolBatch|Stop|StopFailure)$/.test(hook.name))
    return calls.filter(({ subagent }) => subagent !== hook.subagent);
  return calls;
}

function callOf(hook: Hook): Omit<ToolCall, "id"> {
  return {
    tool: text(hook.body.tool_name) ?? "",
    input: JSON.stringify(hook.body.tool_input ?? null),
    subagent: hook.subagent,
  };
}

function sameCall(one: Omit<ToolCall, "id">, other: Omit<ToolCall, "id">): boolean {
  return one.tool === other.tool && one.input === other.input && one.subagent === other.subagent;
}

/** Drops dialogs that are over; the next one in line becomes the person's from `now` on, or the agent goes on. */
export function answered(step: Step, now: number, over: (dialog: Dialog) => boolean): Step {
  const [first] = step.belief.dialogs;
  const left = step.belief.dialogs.filter((dialog) => !over(dialog));
  const [next, ...others] = left;
  if (first === undefined || next === first)
    return { belief: { ...step.belief, dialogs: left }, signals: step.signals };
  return {
    belief: { ...step.belief, dialogs: next === undefined ? [] : [{ ...next, at: now }, ...others] },
    signals: [...step.signals, next === undefined ? { type: "resolved" } : { type: "attention", item: next.item }],
  };
}

/** The same call: by its id where that is known, else by tool. */
function isAbout(dialog: Dialog, hook: Hook): boolean {
  const call = text(hook.body.tool_use_id);
  if (dialog.call !== undefined && call !== undefined) return dialog.call === call;
  return dialog.tool === text(hook.body.tool_name) && dialog.subagent === hook.subagent;
}

function notified(belief: Belief, hook: Hook, now: number): Step {
  const kind = hook.body.notification_type;
  if ((kind !== "permission_prompt" && kind !== "agent_needs_input") || belief.dialogs.length > 0)
    return { belief, signals: [] };
  const item = {
    kind: kind === "permission_prompt" ? ("permission" as const) : ("question" as const),
    title: text(hook.body.message) ?? "Claude Code waits for you in its terminal",
  };
  return {
    belief: { ...belief, dialogs: [{ item, tool: "", input: "", subagent: undefined, at: now }] },
    signals: [{ type: "attention", item }],
  };
}

function ended(belief: Belief, hook: Hook): Step {
  const tasks = Array.isArray(hook.body.background_tasks) ? hook.body.background_tasks : [];
  const crons = Array.isArray(hook.body.session_crons) ? hook.body.session_crons : [];
  // A shell in the background may be a server that never ends; everything else there wakes the agent when it is done.
  const waking = tasks.filter((task: { type?: unknown }) => task.type !== "shell").length + crons.length;
  if (waking === 0) return rest(belief, [{ type: "idle" }]);
  const activity = `waits for ${waking} thing${waking === 1 ? "" : "s"} it started in the background`;
  return {
    belief: { ...belief, phase: "idle", awaits: true, failed: false, activity, dialogs: [] },
    signals: [...resolvedIf(belief), { type: "working", activity }],
  };
}

function failed(belief: Belief, hook: Hook): Step {
  const { reason, hopeless } = describeFailure(hook);
  const step = rest(belief, [{ type: hopeless ? "failed" : "turn_failed", reason }]);
  return { ...step, belief: { ...step.belief, failed: true } };
}

/** The turn is over: whatever was open on the screen is not any more. */
export function rest(belief: Belief, signals: Signal[]): Step {
  return {
    belief: { ...belief, phase: "idle", awaits: false, failed: false, activity: undefined, dialogs: [], calls: [] },
    signals: [...resolvedIf(belief), ...signals],
  };
}

function resolvedIf(belief: Belief): Signal[] {
  return belief.dialogs.length > 0 ? [{ type: "resolved" }] : [];
}

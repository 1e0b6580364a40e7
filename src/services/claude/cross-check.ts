import type { Belief, Dialog } from "./belief.ts";
import { askedByMenu, keyOf, type Menu } from "./menu.ts";
import { answered, rest, type Step } from "./signals.ts";

/** Milliseconds two sources must disagree before the belief is corrected: the session file lags hooks by up to 0.8 s. */
export const SETTLE = 1_000;
/** Milliseconds without a hook after which the quiet sources win even though a hook came last. */
const STALE = 5_000;
/** Milliseconds a session may rest at its start before something must be wrong. */
const UNHEARD = 20_000;
/** Milliseconds a finished turn may wait to be woken by background work before it counts as over. */
const WAKE = 30 * 60_000;

/**
 * Corrects a belief by what the session file and the title say. Hooks miss three things: Esc (no hook at all), dialogs
 * without a request (the sandbox's network question, a missing auto-mode check), and everything when policy forbids
 * hooks. Pure; meant to be called about SETTLE ms after anything changed. `menu`: what the screen shows, where that matters.
 */
export function crossCheck(belief: Belief, now: number, menu?: Menu): Step {
  const same: Step = { belief, signals: [] };
  const { file } = belief;
  if (belief.answering > 0) return same;
  const quiet = now - belief.hookAt;
  if (file === undefined) {
    const { title } = belief;
    // No hook and no file: the title is all there is (dialogs before the session have none).
    if (title !== undefined && belief.phase === "starting" && belief.hookAt === 0) return untold(belief, title, now);
    // Without the file, waiting and idle look alike in the title: only a belief without open dialogs can be corrected.
    const resting = title?.working === false && now - title.since >= STALE;
    return resting && belief.phase === "working" && belief.dialogs.length === 0 && quiet >= STALE
      ? rest(belief, [{ type: "idle" }])
      : same;
  }
  // Once an answer was given from here, the first change of the file is its effect.
  const given = (dialog: Dialog): boolean => dialog.answeredAt !== undefined && file.since >= dialog.answeredAt;
  if (file.status !== "waiting" && belief.dialogs.some(given)) return answered(same, given);
  // Another dialog was in line behind the one that was answered: the file goes on saying that it waits.
  const madeWay = ({ answeredAt }: Dialog): boolean => answeredAt !== undefined && now - answeredAt >= SETTLE;
  if (belief.dialogs.length > 1 && belief.dialogs.some(madeWay)) return answered(same, madeWay);
  if (now - file.since < SETTLE) return same;
  if (file.status === "waiting") return untoldDialog(belief, menu) ? opened(belief, file.waitingFor, now, menu) : same;
  if (belief.dialogs.length > 0) {
    const over = (dialog: Dialog): boolean => file.since > dialog.at || quiet >= STALE;
    return file.status === "idle" && over(belief.dialogs[0] as Dialog) ? ending(belief, now) : answered(same, over);
  }
  if (file.status === "idle") return ending(belief, now);
  return belief.phase !== "working" && !belief.awaits && belief.title?.working === true && quiet >= SETTLE
    ? { belief: { ...belief, phase: "working" }, signals: [{ type: "working" }] }
    : same;
}

function untold(belief: Belief, title: NonNullable<Belief["title"]>, now: number): Step {
  if (title.working) return { belief: { ...belief, phase: "working" }, signals: [{ type: "working" }] };
  return now - title.since >= UNHEARD ? rest(belief, [{ type: "working" }, { type: "idle" }]) : { belief, signals: [] };
}

/** Whether a dialog is open that no hook told of, and that is not known as it stands on the screen. */
function untoldDialog({ dialogs: [dialog] }: Belief, menu: Menu | undefined): boolean {
  if (dialog === undefined) return true;
  return dialog.tool === "" && menu !== undefined && dialog.item.key !== keyOf(menu);
}

function opened(belief: Belief, waitingFor: string | undefined, now: number, menu: Menu | undefined): Step {
  const kind = waitingFor === "permission prompt" ? ("permission" as const) : ("question" as const);
  const title =
    kind === "permission"
      ? "Claude Code asks for a permission in its terminal"
      : "Claude Code waits for an answer in its terminal";
  const item = menu === undefined ? { kind, title } : askedByMenu(menu, kind);
  return {
    belief: { ...belief, dialogs: [{ item, tool: "", input: "", subagent: undefined, at: now }] },
    signals: [{ type: "attention", item }],
  };
}

/** The file says idle. True after Esc; not yet true between a prompt's hook and the file's next change. */
function ending(belief: Belief, now: number): Step {
  const quiet = now - belief.hookAt;
  const same: Step = { belief, signals: [] };
  const since = belief.file?.since ?? 0;
  const certain = since > belief.hookAt || (quiet >= STALE && belief.title?.working !== true);
  if (belief.awaits) return quiet >= WAKE ? rest(belief, [{ type: "idle" }]) : same;
  if (belief.phase === "working" && certain) return rest(belief, [{ type: "idle" }]);
  // A conversation that was resumed without a prompt is idle from the start; one with a prompt is about to receive it.
  if (belief.phase === "starting" && !belief.prompted) return rest(belief, [{ type: "idle" }]);
  if (belief.phase === "starting" && now - Math.max(since, belief.hookAt) >= UNHEARD) {
    // Without any hook, its first turn went by between two looks; with hooks, no prompt was accepted.
    return rest(
      belief,
      belief.hookAt === 0
        ? [{ type: "working" }, { type: "idle" }]
        : [
            {
              type: "turn_failed",
              reason:
                "Claude Code did not take its task; its terminal shows why. Send the task as a message, or restart the agent.",
            },
          ],
    );
  }
  return belief.dialogs.length > 0 && certain ? rest(belief, []) : same;
}

import { believe, SETTLE, STALE } from "../verdict.ts";
import type { Belief, Dialog } from "./belief.ts";
import { witnessesOf } from "./witnesses.ts";
import { askedByMenu, keyOf, type Menu } from "./menu.ts";
import { answered, rest, type Step } from "./signals.ts";

/** Milliseconds a session may rest at its start before something must be wrong. */
const UNHEARD = 20_000;
/** Milliseconds a finished turn may wait to be woken by background work before it counts as over. */
const WAKE = 30 * 60_000;

/**
 * Corrects a belief by what the session file, the title and the screen say. Hooks miss three things: Esc (no hook at all),
 * dialogs without a request (the sandbox's network question, a missing auto-mode check), and everything when policy
 * forbids hooks. Which source counts is decided by `believe`; what is not its business is the fate of single dialogs, and
 * how a session begins. Pure. `menu`: what the screen shows, where that matters.
 */
export function crossCheck(belief: Belief, now: number, menu?: Menu): Step {
  const same: Step = { belief, signals: [] };
  // That the process has ended, the core hears itself.
  if (belief.answering > 0 || belief.exit !== undefined) return same;
  const { file, screen } = belief;
  const taken = (dialog: Dialog): boolean => wasTaken(belief, dialog, now);
  if (belief.dialogs.some(taken)) return answered(same, now, taken);
  // Another dialog was in line behind the one that was answered: the file goes on saying that it waits.
  const madeWay = ({ givenAt }: Dialog): boolean => givenAt !== undefined && now - givenAt >= SETTLE;
  if (belief.dialogs.length > 1 && belief.dialogs.some(madeWay)) return answered(same, now, madeWay);
  if (belief.awaits && file?.status === "idle" && now - belief.hookAt >= WAKE) return rest(belief, [{ type: "idle" }]);
  const { status } = believe(witnessesOf(belief), now);
  if (status === "starting") return unheard(belief, now) ?? same;
  if (status === "waiting") {
    // A dialog that is being drawn is waited for: what it asks is to be told with it.
    const drawn = menu !== undefined || now - (file?.since ?? 0) >= SETTLE;
    // One that was just closed there is gone from the screen before the file says so.
    const closed = screen?.dialog === false && screen.since >= (file?.since ?? 0) && now - screen.since < STALE;
    return drawn && !closed && untoldDialog(belief, menu) ? opened(belief, now, menu) : same;
  }
  if (status === "working") return works(belief, now);
  return belief.phase === "idle" && belief.dialogs.length === 0 ? same : rest(belief, [{ type: "idle" }]);
}

/**
 * Whether an answer given from here has had its effect: the first thing that changes after it is that. A dialog that was
 * answered at once may not be drawn yet, and is drawn all the same: its absence counts once the file has told of it, or
 * when nothing comes.
 */
function wasTaken({ file, screen }: Belief, { givenAt }: Dialog, now: number): boolean {
  if (givenAt === undefined) return false;
  if (file !== undefined && file.status !== "waiting" && file.since >= givenAt) return true;
  const gone = screen?.dialog === false && screen.since >= givenAt ? screen.since : Infinity;
  return gone + (file?.status === "waiting" ? 0 : SETTLE) <= now;
}

/** It works: dialogs that were open before are over, and a rest has ended. */
function works(belief: Belief, now: number): Step {
  const since = belief.file?.since ?? 0;
  if (belief.dialogs.length > 0)
    return answered({ belief, signals: [] }, now, ({ at }) => since > at || now - at >= STALE);
  if (belief.phase === "working" || belief.awaits) return { belief, signals: [] };
  return { belief: { ...belief, phase: "working", failed: false }, signals: [{ type: "working" }] };
}

/** A start at which nothing happens any more. Undefined: it may yet. */
function unheard(belief: Belief, now: number): Step | undefined {
  const { file, title, hookAt, prompted } = belief;
  if (!prompted) return undefined;
  const resting = file?.status === "idle" ? file.since : file === undefined && hookAt === 0 ? title?.since : undefined;
  if (resting === undefined || now - Math.max(resting, hookAt) < UNHEARD) return undefined;
  // Without any hook, its first turn went by between two looks; with hooks, no prompt was accepted.
  return rest(
    belief,
    hookAt === 0
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

/** Whether a dialog is open that no hook told of, and that is not known as it stands on the screen. */
function untoldDialog({ dialogs: [dialog] }: Belief, menu: Menu | undefined): boolean {
  if (dialog === undefined) return true;
  return dialog.tool === "" && menu !== undefined && dialog.item.key !== keyOf(menu);
}

function opened(belief: Belief, now: number, menu: Menu | undefined): Step {
  const kind = belief.file?.waitingFor === "permission prompt" ? ("permission" as const) : ("question" as const);
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

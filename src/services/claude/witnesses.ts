import type { Doing, Witness } from "../verdict.ts";
import type { Belief, Dialog, SessionStatus } from "./belief.ts";

/** What the session file's words mean. */
const FILE: Record<SessionStatus["status"], Doing> = { idle: "idle", busy: "working", waiting: "waiting" };

/** What each source tells of the agent, to be weighed by `believe`. */
export function witnessesOf(belief: Belief): Witness[] {
  const { dialogs, exit } = belief;
  const [dialog] = dialogs;
  // A dialog that no hook told of was found on the screen, or told by the tool's own reminder: of it, that one knows more.
  const found = dialog !== undefined && dialog.tool === "" ? [foundOnScreen(dialog)] : [];
  return [
    ...(exit === undefined ? [] : [{ source: "process", weight: "final" as const, ...exit }]),
    ...found,
    hooksOf(belief, dialog),
    fileOf(belief),
    titleOf(belief),
    ...(found.length > 0 && belief.screen?.dialog === true ? [] : screenOf(belief)),
  ];
}

function hooksOf({ phase, awaits, failed, hookAt, activity }: Belief, dialog: Dialog | undefined): Witness {
  const base = { source: "hooks", weight: "told" as const, since: hookAt, detail: activity };
  if (dialog !== undefined)
    return dialog.tool === ""
      ? { ...base, says: [phase, "waiting"], words: phase }
      : { ...base, says: ["waiting"], since: dialog.at, detail: dialog.item.title };
  // The tool wakes the agent itself: whatever the others show meanwhile is right.
  if (awaits) return { ...base, says: ["working", "idle", "waiting"], words: "waiting for background work" };
  if (phase === "idle") return { ...base, says: failed ? ["failed", "idle"] : ["idle"] };
  // Without any hook, other sources know better how a start goes.
  return phase === "starting" && hookAt === 0 ? { ...base, says: [] } : { ...base, says: [phase] };
}

function fileOf({ file, phase, prompted }: Belief): Witness {
  const base = { source: "session file", weight: "shown" as const };
  if (file === undefined) return { ...base, says: [], since: 0, words: "not there" };
  // Before the first prompt it rests, which tells nothing of an agent that is about to receive one.
  const early = phase === "starting" && prompted && file.status === "idle";
  const says = FILE[file.status];
  return {
    ...base,
    says: early ? [] : [says],
    since: file.since,
    ...(early ? { words: "idle" } : {}),
    detail: file.waitingFor,
  };
}

function titleOf({ title, phase }: Belief): Witness {
  const base = { source: "title", weight: "hint" as const, since: title?.since ?? 0 };
  if (title === undefined) return { ...base, says: [] };
  if (title.working) return { ...base, says: ["working", "waiting"], words: "working" };
  return { ...base, says: phase === "starting" ? [] : ["idle", "waiting"], words: "idle or waiting" };
}

function screenOf({ screen }: Belief): Witness[] {
  if (screen === undefined) return [];
  const { dialog, since } = screen;
  return [
    dialog
      ? { source: "screen", weight: "hint", says: ["waiting"], since }
      : { source: "screen", weight: "hint", says: ["working", "idle"], since, words: "no dialog" },
  ];
}

function foundOnScreen({ at, item }: Dialog): Witness {
  return { source: "screen", weight: "told", says: ["waiting"], since: at, detail: item.title };
}

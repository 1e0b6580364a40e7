import type { Evidence } from "../../core/ports/service.ts";
import type { Belief } from "./belief.ts";
import { SETTLE } from "./cross-check.ts";

/** What each source tells of the agent now. */
export function evidenceOf(belief: Belief): Evidence[] {
  const { phase, dialogs, hookAt, file, title, awaits, activity } = belief;
  const [dialog] = dialogs;
  const hooks =
    dialog !== undefined && dialog.tool !== ""
      ? "waiting for an answer"
      : awaits
        ? "waiting for background work"
        : phase;
  return [
    hookAt === 0
      ? { source: "hooks", says: "nothing yet" }
      : { source: "hooks", says: hooks, at: hookAt, ...(activity === undefined ? {} : { detail: activity }) },
    file === undefined
      ? { source: "session file", says: "not there" }
      : {
          source: "session file",
          says: file.status === "busy" ? "working" : file.status === "waiting" ? "waiting for an answer" : "idle",
          ...(file.since > 0 ? { at: file.since } : {}),
          ...(file.waitingFor === undefined ? {} : { detail: file.waitingFor }),
        },
    title === undefined
      ? { source: "title", says: "nothing yet" }
      : { source: "title", says: title.working ? "working" : "idle or waiting", at: title.since },
    ...(dialog !== undefined && dialog.tool === ""
      ? [{ source: "screen", says: "waiting for an answer", at: dialog.at, detail: dialog.item.title }]
      : []),
  ];
}

/**
 * Why the belief is not sure: a source has told something else for over a second, and what is known does not settle which
 * is right. Undefined when all agree. Pure; `now` is ms since 1970.
 */
export function doubtOf(belief: Belief, now: number): string | undefined {
  const { file, title, phase, dialogs, hookAt } = belief;
  const stood = (since: number): boolean => now - Math.max(since, hookAt) >= SETTLE;
  if (phase === "starting" || belief.awaits) return undefined;
  if (file !== undefined && stood(file.since)) {
    if (dialogs.length > 0 && file.status !== "waiting")
      return `a dialog was opened and not seen answered, but the session file says ${file.status}`;
    if (dialogs.length === 0 && file.status === "waiting")
      return "the session file says it waits, but no dialog is known";
    if (dialogs.length === 0 && (file.status === "busy") !== (phase === "working"))
      return `hooks say it is ${phase}, but the session file says ${file.status}`;
  }
  if (title === undefined || !stood(title.since) || dialogs.length > 0) return undefined;
  return title.working === (phase === "working")
    ? undefined
    : `hooks say it is ${phase}, but its title shows ${title.working ? "work" : "rest"}`;
}

/** Whether a source tells something else than what is believed: to be looked at again. */
export function disagrees(belief: Belief): boolean {
  if (belief.phase === "starting") return belief.file !== undefined || belief.title !== undefined;
  return doubtOf(belief, Infinity) !== undefined;
}

import type { FileChange, FileState } from "../../contract/files.ts";
import { ClustrError } from "../../contract/error.ts";
import type { Blobs } from "../ports/blobs.ts";
import { align } from "./diff.ts";
import type { History } from "./history.ts";
import type { Hunk, Reason } from "./hunks.ts";
import { isWhole, keysOf } from "./past.ts";
import type { Choice, PlannedFile } from "./plan.ts";
import { sameState } from "./same-state.ts";

/** How one file differs. In hunks, `before` and `now` are lines of one character per byte. */
export interface FileDiff {
  path: string;
  from?: string | undefined;
  before?: FileState | undefined;
  after?: FileState | undefined;
  /** False: compared as a whole (binary, link, too large), and the hunks say nothing. */
  byLine: boolean;
  added: number;
  removed: number;
  hunks: readonly Hunk[];
  /** Why a rollback would leave the file alone, and what can be done. */
  conflict?: Reason | undefined;
  choices: readonly Choice[];
}

/** The view of a planned file from the other side: from what would be to what is. */
export async function diffOfPlanned(
  { path, change, hunks, conflict, choices }: PlannedFile,
  blobs: Blobs,
): Promise<FileDiff> {
  const lines = hunks.flatMap((hunk) => [...hunk.before, ...hunk.now]);
  const whole =
    lines.length > 0 ? lines.some(isWhole) : isWhole((await keysOf(change.before ?? change.after, blobs))[0]);
  return {
    path,
    from: change.path === path ? undefined : change.path,
    before: conflict ? undefined : change.after,
    after: change.before,
    ...counted(hunks, !whole),
    conflict,
    choices,
  };
}

/** What was changed between two marks, by anybody; until now without `to`. */
export async function between(history: History, blobs: Blobs, from: string, to?: string): Promise<FileDiff[]> {
  const first = markAt(history, from);
  const last = to === undefined ? Infinity : markAt(history, to);
  const diffs: FileDiff[] = [];
  for (const { steps } of history.lineages) {
    const within = steps
      .filter(({ seq }) => seq > first && seq < last)
      .map((step) => (step.type === "taken_back" ? step.undone.change : step.change));
    const [start] = within;
    const end = within.at(-1);
    if (!start || !end) continue;
    const change: FileChange = {
      path: end.path,
      from: start.from ?? start.path,
      before: start.before,
      after: end.after,
    };
    if (change.path === change.from && sameState(change.before, change.after)) continue;
    if (!change.before && !change.after) continue;
    diffs.push(await diffOf(change, blobs));
  }
  return diffs.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The lines in which two states of a file differ. */
async function diffOf({ path, from, before, after }: FileChange, blobs: Blobs): Promise<FileDiff> {
  const x = await keysOf(before, blobs);
  const y = await keysOf(after, blobs);
  const { match } = align(x, y);
  const hunks: Hunk[] = [];
  let i = 0;
  let j = 0;
  for (let kept = 0; kept <= x.length; kept++) {
    const to = kept === x.length ? y.length : (match[kept] ?? -1);
    if (to < 0) continue;
    if (kept > i || to > j) hunks.push({ from: j, to, before: x.slice(i, kept), now: y.slice(j, to) });
    i = kept + 1;
    j = to + 1;
  }
  const byLine = !isWhole(x[0]) && !isWhole(y[0]);
  return { path, from: from === path ? undefined : from, before, after, ...counted(hunks, byLine), choices: [] };
}

function counted(hunks: readonly Hunk[], byLine: boolean): Pick<FileDiff, "byLine" | "added" | "removed" | "hunks"> {
  const sum = (side: "now" | "before") => (byLine ? hunks.reduce((total, hunk) => total + hunk[side].length, 0) : 0);
  return { byLine, added: sum("now"), removed: sum("before"), hunks: byLine ? hunks : [] };
}

function markAt(history: History, mark: string): number {
  const found = history.operations.findLast((one) => one.type === "marked" && one.mark === mark);
  if (!found)
    throw new ClustrError(
      "not_found",
      `Nothing was marked ${mark} in this folder, so there is nothing to compare with.`,
    );
  return found.seq;
}

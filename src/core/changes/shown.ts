import { shownPath, whatOf } from "../../contract/files.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { Hunk } from "../attribution/hunks.ts";
import { keysOf } from "../attribution/past.ts";
import type { FileDiff } from "../attribution/views.ts";

export type ShownFile = Output<Operations["change.diff"]>["files"][number];

/** Lines of one file in an answer; of a longer diff the rest is counted. */
const LINES = 2_000;
const HUNKS = 300;
/** Untouched lines shown around a hunk. */
const AROUND = 3;
/** Characters of one line. */
const LINE = 4_000;

/** A file's difference as clients get it. `unknown`: positions of changes to it whose author is not known. */
export async function shownFile(
  diff: FileDiff,
  detail: "lines" | "counts",
  unknown: readonly number[],
  blobs: Blobs,
): Promise<ShownFile> {
  const { path, from, before, after, byLine, added, removed, conflict, choices } = diff;
  const state = after ?? before;
  const text = detail === "lines" && byLine ? await keysOf(after, blobs) : [];
  const hunks = detail === "lines" ? shownHunks(diff.hunks, text) : [];
  const mode = before && after && before.kind === "file" && before.mode !== after.mode;
  return {
    path: shownPath(path),
    ...(from === undefined ? {} : { from: shownPath(from) }),
    what: conflict ? "changed" : whatOf(diff),
    kind: state?.kind === "link" ? "link" : byLine ? "text" : "binary",
    ...(mode ? { mode: { before: before.mode.toString(8), now: after.mode.toString(8) } } : {}),
    added,
    removed,
    hunks,
    more: detail === "lines" && hunks.length < diff.hunks.length,
    ...(conflict === undefined ? {} : { conflict }),
    choices: [...choices],
    unknown: [...unknown],
  };
}

/** `text`: the lines of the file now. */
function shownHunks(hunks: readonly Hunk[], text: readonly string[]): ShownFile["hunks"] {
  const shown: ShownFile["hunks"] = [];
  let left = LINES;
  /** How many lines longer the text got by the hunks so far. */
  let grown = 0;
  for (const [index, { from, to, before, now, conflict }] of hunks.slice(0, HUNKS).entries()) {
    if (left <= 0) break;
    const gone = before.slice(0, left);
    const come = now.slice(0, left);
    left -= gone.length + come.length;
    const cut = before.length + now.length - gone.length - come.length;
    shown.push({
      number: index + 1,
      old_line: from - grown + 1,
      new_line: from + 1,
      before: gone.map(shownLine),
      now: come.map(shownLine),
      above: text.slice(Math.max(from - AROUND, hunks[index - 1]?.to ?? 0), from).map(shownLine),
      below: text.slice(to, Math.min(to + AROUND, hunks[index + 1]?.from ?? text.length)).map(shownLine),
      ...(conflict === undefined ? {} : { conflict }),
      ...(cut === 0 ? {} : { cut }),
    });
    grown += now.length - before.length;
  }
  return shown;
}

/** A line of bytes as text, without its end. */
function shownLine(line: string): string {
  return shownPath(line.replace(/\r?\n$/, "").slice(0, LINE));
}

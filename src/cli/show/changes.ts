import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { plain, plainPath, type Color, type Style } from "./style.ts";
import { table } from "./table.ts";

type Diff = Output<Operations["change.diff"]>;
type File = Diff["files"][number];
type Hunk = File["hunks"][number];
type Rollback = Output<Operations["change.rollback"]>;

/** Why something is left as it is, for people. */
const REASONS: Record<NonNullable<File["conflict"]>, string> = {
  changed_since: "somebody changed these or the neighbouring lines afterwards",
  unknown_author: "it is not known whose these changes are",
  created_then_changed: "others have changed this file since it was created",
  path_taken: "another file is now where it would have to be",
  not_mergeable: "it cannot be merged by line",
  changed_meanwhile: "somebody changed it at that very moment",
  not_written: "it could not be written: is the disk full, or its folder read-only?",
};

const SIGNS: Record<File["what"], [string, Color]> = {
  created: ["+", "green"],
  changed: ["~", "blue"],
  deleted: ["-", "red"],
  moved: [">", "blue"],
};

/** What an agent changed, as a diff for people; on a pipe without colours. */
export function showDiff({ files, total, next }: Diff, style: Style): string {
  if (total.files === 0) return "No changes.";
  const parts = files.map((file) => [
    head(file, style),
    ...file.hunks.flatMap((hunk) => lines(hunk, style)),
    ...tail(file, style),
  ]);
  const more =
    next === undefined
      ? []
      : [style.paint("dim", `More files come after ${plainPath(next)}: --after "${plain(next)}"`)];
  return [...parts.map((part) => part.join("\n")), [...more, totals(total)].join("\n")].join("\n\n");
}

/** The same as one line a file. */
export function showDiffStat({ files, total }: Diff, style: Style): string {
  if (total.files === 0) return "No changes.";
  return [...files.map((file) => head(file, style)), totals(total)].join("\n");
}

function head(file: File, style: Style): string {
  const { path, from, what, kind, mode, added, removed, conflict } = file;
  const [sign, color] = SIGNS[what];
  const name = from === undefined || from === path ? plainPath(path) : `${plainPath(from)} → ${plainPath(path)}`;
  const notes = [
    kind === "text" ? `+${added} −${removed}` : kind,
    ...(mode ? [`mode ${mode.before} → ${mode.now}`] : []),
    ...(conflict ? [style.paint("yellow", `▲ ${REASONS[conflict]}`)] : []),
  ];
  return `${style.paint(color, sign)} ${style.paint("bold", name)}  ${style.paint("dim", notes.join("  "))}`;
}

function lines({ number, old_line, new_line, before, now, above, below, conflict, cut }: Hunk, style: Style): string[] {
  const where = `@@ ${number}  −${old_line},${before.length} +${new_line},${now.length}`;
  return [
    style.paint(conflict ? "yellow" : "dim", conflict ? `  ${where}  ▲ ${REASONS[conflict]}` : `  ${where}`),
    ...above.map((line) => style.paint("dim", `    ${plain(line)}`)),
    ...before.map((line) => style.paint("red", `  - ${plain(line)}`)),
    ...now.map((line) => style.paint("green", `  + ${plain(line)}`)),
    ...below.map((line) => style.paint("dim", `    ${plain(line)}`)),
    ...(cut === undefined ? [] : [style.paint("dim", `    … ${cut} more lines`)]),
  ];
}

function tail({ more, choices, unknown }: File, style: Style): string[] {
  return [
    ...(more ? [style.paint("dim", "  … more hunks; ask for this file alone with --file")] : []),
    ...(choices.includes("assign") && unknown.length > 0
      ? [
          `  Say whose it is: ${unknown
            .slice(0, 3)
            .map((position) => `clustr assign ${position} NAME`)
            .join(", ")}`,
        ]
      : []),
  ];
}

function totals({ files, added, removed, conflicts }: Diff["total"]): string {
  const held =
    conflicts === 0 ? "" : `, ${conflicts} that cannot be taken back as ${conflicts === 1 ? "it is" : "they are"}`;
  return `${count(files, "file")}, +${added} −${removed}${held}`;
}

/** What every agent changed, in counts, and the changes nobody can be told of. */
export function showSummary({ agents, unknown }: Output<Operations["change.summary"]>, style: Style): string {
  const changed = agents.filter(({ files }) => files > 0);
  const rows = changed.map(({ agent, files, added, removed, conflicts }) => [
    plain(agent),
    String(files),
    `+${added}`,
    `−${removed}`,
    conflicts === 0 ? "" : `▲ ${conflicts} with later changes of others`,
  ]);
  const counted =
    rows.length === 0
      ? "No agent has changed anything."
      : table(style, ["AGENT", "FILES", "ADDED", "REMOVED", ""], rows);
  if (unknown.length === 0) return counted;
  const doubts = unknown.map(({ position, path, what, among }) => [
    String(position),
    what,
    among.map(plain).join(" or "),
    plainPath(path),
  ]);
  return `${counted}\n\n${style.paint("yellow", "Whose these changes are is not known.")} Say it with: clustr assign POSITION NAME\n${table(style, ["POSITION", "WHAT", "PERHAPS", "FILE"], doubts)}`;
}

/** What was taken back, or would be. */
export function showRollback(output: Rollback & { undone?: string }, style: Style): string {
  const { dry_run, files, id, undone } = output;
  if (files.length === 0) return "There is nothing to take back.";
  const done = files.filter(({ conflict }) => conflict === undefined);
  const left = files.filter(({ conflict }) => conflict !== undefined);
  const verb = dry_run ? "would be" : undone === undefined ? "taken back" : "brought back";
  const row = ({ path, what, added, removed, conflict }: Rollback["files"][number]) => {
    const [sign, color] = SIGNS[what];
    const counts = added + removed === 0 ? "" : `  ${style.paint("dim", `+${added} −${removed}`)}`;
    return conflict
      ? `${style.paint("yellow", "▲")} ${plainPath(path)}  ${style.paint("dim", REASONS[conflict])}`
      : `${style.paint(color, sign)} ${plainPath(path)}${counts}`;
  };
  return [
    ...done.map(row),
    ...(left.length === 0 ? [] : ["", "Left as they are:", ...left.map(row)]),
    "",
    dry_run
      ? `${count(done.length, "file")} ${verb} ${undone === undefined ? "taken back" : "brought back"}; nothing was changed.`
      : `${count(done.length, "file")} ${verb}.${id === undefined || undone !== undefined ? "" : " Undo it with: clustr undo"}`,
  ].join("\n");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

import type { Author, FileChange, Undone } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import { isBy } from "./author.ts";
import type { History, Lineage } from "./history.ts";
import { hunksOf, turnBackOf, turnOf, type Hunk, type Reason, type Turn } from "./hunks.ts";
import { keep, keysOf, pastOf, stateWith, type Past } from "./past.ts";
import { sameState } from "./same-state.ts";

/** What is to be taken back: all of an author, in some files only, or one hunk (counted from 1 as `changesBy` shows them) of one file. */
export interface Selection {
  author: Author;
  paths?: readonly string[] | undefined;
  hunk?: number | undefined;
}

/** What would happen to one file. With a `conflict` the file is left as it is, and `choices` says what can be done. */
export interface PlannedFile {
  /** Seq of the first change to it: which file it is, whatever its name. */
  file: number;
  /** Where it is now, or was last. */
  path: string;
  /** From what is there now to what would be there. */
  change: FileChange;
  operations: readonly number[];
  lines?: { from: number; to: number } | undefined;
  hunks: readonly Hunk[];
  conflict?: Reason | undefined;
  choices: readonly Choice[];
}

/** `keep`: as it is now. `before`: as it was before the first of the changes, others' included. `merge`: by hand, from the three texts. `assign`: say whose it is. `hunks`: those without conflict one by one. */
export type Choice = "keep" | "before" | "merge" | "assign" | "hunks";

/** A dry run: exactly what `apply` will do, as long as nobody changes these files in between. */
export interface Plan {
  /** Position of the log it was made at. */
  at: number;
  /** The rollback this takes back, when it is an undo. */
  rollback?: string | undefined;
  /** Whose changes it takes back. */
  of?: Author | undefined;
  files: readonly PlannedFile[];
}

/** How many files are planned at once. */
const AT_ONCE = 16;

const NOBODY: Author = { kind: "ambiguous", among: [] };

/** What would be in the folder without an author's changes. `present`: the paths of all files there are now. */
export async function planRollback(
  history: History,
  blobs: Blobs,
  { author, paths, hunk }: Selection,
  present: readonly string[],
): Promise<Plan> {
  const touched = touchedBy(history, author).filter(({ path }) => paths?.includes(path) ?? true);
  const files = await planned(touched, (lineage) => planOf(lineage, history.authors, author, blobs, hunk));
  return { at: history.last, of: author, files: withoutCollisions(files, present) };
}

/** The files in which an author has certainly or perhaps changed something, in the order of the log. */
export function touchedBy({ lineages, authors }: History, author: Author): Lineage[] {
  return [...lineages].filter(({ steps }) =>
    steps.some(({ seq }) => isBy(authors.get(seq) ?? NOBODY, author) !== "no"),
  );
}

/** What would happen to one file alone; undefined when nothing of the author is left in it to take back. */
export async function planOf(
  lineage: Lineage,
  authors: ReadonlyMap<number, Author>,
  author: Author,
  blobs: Blobs,
  hunk?: number,
): Promise<PlannedFile | undefined> {
  const past = await pastOf(lineage, blobs);
  const turn = turnOf(past, authors, author);
  if (turn.operations.size === 0) return undefined;
  return planFile(past, turn, [...turn.operations], blobs, hunk, turn.suspected.size > 0);
}

/** How a rollback would be taken back; files in which nothing is left to take back do not appear. */
export async function planUndo(
  history: History,
  blobs: Blobs,
  rollback: { seq: number; id: string; files: readonly Undone[] },
  present: readonly string[],
): Promise<Plan> {
  const files = await planned([...history.lineages], async (lineage) => {
    const step = lineage.steps.find(({ seq, type }) => seq === rollback.seq && type === "taken_back");
    if (step?.type !== "taken_back") return undefined;
    const past = await pastOf(lineage, blobs);
    const turn = turnBackOf(past, rollback.seq, new Set(step.undone.operations));
    return planFile(past, turn, step.undone.operations, blobs);
  });
  return { at: history.last, rollback: rollback.id, files: withoutCollisions(files, present) };
}

/** Plans some files at once: most of the time goes into waiting for contents. */
export async function planned<T, R>(of: readonly T[], plan: (one: T) => Promise<R | undefined>): Promise<R[]> {
  const files: R[] = [];
  for (let i = 0; i < of.length; i += AT_ONCE) {
    const some = await Promise.all(of.slice(i, i + AT_ONCE).map(plan));
    files.push(...some.filter((file) => file !== undefined));
  }
  return files;
}

async function planFile(
  past: Past,
  turn: Turn,
  operations: readonly number[],
  blobs: Blobs,
  wanted?: number,
  suspected = false,
): Promise<PlannedFile | undefined> {
  const hunks = hunksOf(past, turn);
  const file = { file: past.lineage.id, path: past.lineage.path, operations, hunks };
  const unchanged: FileChange = { path: file.path, before: past.now, after: past.now };
  const conflict = (reason: Reason): PlannedFile => ({
    ...file,
    change: unchanged,
    conflict: reason,
    choices: choicesFor(reason, hunks),
  });
  if (wanted !== undefined && hunks.length > 1) return planHunk(past, file, hunks[wanted - 1], blobs, conflict);

  const state = stateWith(past, turn.turned);
  if (suspected) return conflict("unknown_author");
  if (state === "absent" && !past.now) return undefined;
  if (state === "absent") {
    return changedSince(past.lineage, turn, operations)
      ? conflict("created_then_changed")
      : { ...file, change: { path: file.path, before: past.now }, choices: [] };
  }
  const reason = hunks.find((hunk) => hunk.conflict !== undefined)?.conflict;
  if (reason) return conflict(reason);
  if (state === "mixed") return conflict("not_mergeable");
  const after = await keep(state.content, state.mode, blobs);
  const moved = state.path !== file.path;
  if (past.now && !moved && sameState(after, past.now)) return undefined;
  return {
    ...file,
    change: { path: state.path, from: moved ? file.path : undefined, before: past.now, after },
    choices: [],
  };
}

/** One hunk alone: mode, name and all other lines stay. */
async function planHunk(
  past: Past,
  file: Pick<PlannedFile, "file" | "path" | "operations" | "hunks">,
  hunk: Hunk | undefined,
  blobs: Blobs,
  conflict: (reason: Reason) => PlannedFile,
): Promise<PlannedFile | undefined> {
  if (!hunk || !past.now) return undefined;
  if (hunk.conflict) return conflict(hunk.conflict);
  const content = (await keysOf(past.now, blobs)).toSpliced(hunk.from, hunk.to - hunk.from, ...hunk.before);
  const after = await keep(content, past.now.mode, blobs);
  const { from, to } = hunk;
  return {
    ...file,
    change: { path: file.path, before: past.now, after },
    lines: { from, to },
    hunks: [hunk],
    choices: [],
  };
}

/** Whether anybody else changed the file after what is to be turned began. */
function changedSince(lineage: Lineage, turn: Turn, operations: readonly number[]): boolean {
  return lineage.steps.some(({ seq, type }) => type === "changed" && seq > turn.first && !operations.includes(seq));
}

/** Marks files that would have to go where another one stays or goes. One conflict can cause the next. */
export function withoutCollisions(files: readonly PlannedFile[], paths: readonly string[]): PlannedFile[] {
  const result = [...files];
  // Nothing comes to a new place, as most often: then nothing can stand there, and the folder need not be gone through.
  if (!files.some(comes)) return result;
  for (let settled = false; !settled;) {
    settled = true;
    const leaving = new Set(result.filter(leaves).map(({ path }) => path));
    const staying = new Set(paths.filter((path) => !leaving.has(path)));
    const folders = new Set([...staying].flatMap((path) => pathsAbove(path).slice(0, -1)));
    const entering = new Map<string, number>();
    for (const { change } of result.filter(comes)) entering.set(change.path, (entering.get(change.path) ?? 0) + 1);
    for (const [i, one] of result.entries()) {
      const { path, before } = one.change;
      if (!comes(one)) continue;
      const taken = pathsAbove(path).some((place) => staying.has(place)) || folders.has(path);
      if (!taken && entering.get(path) === 1) continue;
      const change = { path: one.path, before, after: before };
      result[i] = { ...one, change, conflict: "path_taken", choices: choicesFor("path_taken", one.hunks) };
      settled = false;
    }
  }
  return result;
}

/** A planned file as the log keeps it. */
export function undoneOf({ file, change, operations, lines }: PlannedFile): Undone {
  return { file, change, operations, lines };
}

/** Whether it will come to a path where it is not now. */
export function enters({ path, from, before, after }: FileChange): boolean {
  return after !== undefined && (before === undefined || (from !== undefined && from !== path));
}

function comes({ change, conflict }: PlannedFile): boolean {
  return !conflict && enters(change);
}

function leaves({ change, conflict }: PlannedFile): boolean {
  return !conflict && change.before !== undefined && (change.after === undefined || change.from !== undefined);
}

/** The path itself and the folders it needs. */
export function pathsAbove(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_part, i) => parts.slice(0, i + 1).join("/"));
}

function choicesFor(reason: Reason, hunks: readonly Hunk[]): Choice[] {
  const some: Choice[] = hunks.length > 1 && hunks.some((hunk) => !hunk.conflict) ? ["hunks"] : [];
  if (reason === "unknown_author") return ["keep", "assign", ...some];
  if (reason === "path_taken" || reason === "created_then_changed" || reason === "not_mergeable")
    return ["keep", "before", ...some];
  return ["keep", "before", "merge", ...some];
}

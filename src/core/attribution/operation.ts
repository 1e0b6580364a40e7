import type { FileState } from "../ports/tree.ts";
import type { Author } from "./author.ts";
import type { Region } from "./diff.ts";

/**
 * One file's change. `from`: it was moved here from there (a file that was deleted there can come back here).
 * Undefined `before`/`after`: there was/is no file.
 */
export interface Change {
  path: string;
  from?: string | undefined;
  before?: FileState | undefined;
  after?: FileState | undefined;
  /** Where in the text the edits lie, when the tool's input tells. */
  regions?: readonly Region[] | undefined;
}

/** What a rollback did to one file. */
export interface Undone {
  /** Seq of the first change to the file: which file it is, whatever its name. */
  file: number;
  change: Change;
  /** Seqs of the changes it took back. */
  operations: readonly number[];
  /** Only between these lines [from, to) of the text before: one hunk. */
  lines?: { from: number; to: number } | undefined;
}

/** One entry of the operation log. Append-only; everything else here is computed from the entries in order of `seq`. */
export type Operation =
  | {
      type: "changed";
      seq: number;
      author: Author;
      /** The tool call within which it happened. */
      call?: string | undefined;
      /** Proved by the tool's own input. Otherwise all that changed within the call's window counts as its own. */
      exact: boolean;
      change: Change;
    }
  /** Files are about to be written. Followed by what came of it, unless the process died: then `recover` finds out. */
  | { type: "writing"; seq: number; id: string; rollback?: string | undefined; by: Author; files: readonly Undone[] }
  | { type: "rolled_back"; seq: number; id: string; by: Author; files: readonly Undone[] }
  /** A rollback was taken back, in all or some of its files. */
  | { type: "rollback_undone"; seq: number; id: string; rollback: string; by: Author; files: readonly Undone[] }
  /** The person said whose an ambiguous change is. */
  | { type: "assigned"; seq: number; operation: number; author: Author }
  /** A moment to compare with later, e.g. the start or the end of a run. */
  | { type: "marked"; seq: number; mark: string };

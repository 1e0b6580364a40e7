/**
 * What lies at a path, its content by hash. `mode` is 0o755 for a program and 0o644 for any other file: finer permissions
 * stay as they are on disk, and new files get those of the person's umask. Of a link it says nothing.
 */
export interface FileState {
  kind: "file" | "link";
  mode: number;
  blob: string;
}

/**
 * Who made a change. `ambiguous`: one of these, and nothing proves which; it stays so until the person says.
 * An agent is meant by its id.
 */
export type Author = { kind: "person" } | { kind: "agent"; agent: string } | { kind: "ambiguous"; among: Author[] };

/** Where an edit is known to lie: lines [from, to) of the text before became `size` lines. In order, not overlapping. */
export interface Region {
  from: number;
  to: number;
  size: number;
}

/**
 * One file's change. `from`: it was moved here from there (a file that was deleted there can come back here).
 * Undefined `before`/`after`: there was/is no file. Paths are relative to the workspace, each character one byte of the
 * name on disk, because names need not be UTF-8; `shownPath` makes one readable.
 */
export interface FileChange {
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
  change: FileChange;
  /** Seqs of the changes it took back. */
  operations: readonly number[];
  /** Only between these lines [from, to) of the text before: one hunk. */
  lines?: { from: number; to: number } | undefined;
}

/** A change with its author, as the log keeps it. */
export interface Changed {
  type: "changed";
  seq: number;
  author: Author;
  /** The tool call within which it happened. */
  call?: string | undefined;
  /** Proved by the tool's own input. Otherwise all that changed within the call's window counts as its own. */
  exact: boolean;
  change: FileChange;
}

/** One entry of the operation log. Append-only; everything else is computed from the entries in order of `seq`. */
export type FileOperation =
  | Changed
  /** Files are about to be written. Followed by what came of it, unless the process died: then the next start finds out. */
  | {
      type: "writing";
      seq: number;
      id: string;
      rollback?: string | undefined;
      of?: Author | undefined;
      by: Author;
      files: readonly Undone[];
    }
  /** Changes were taken back. `of`: whose. */
  | { type: "rolled_back"; seq: number; id: string; of?: Author | undefined; by: Author; files: readonly Undone[] }
  /** A rollback was taken back, in all or some of its files. */
  | { type: "rollback_undone"; seq: number; id: string; rollback: string; by: Author; files: readonly Undone[] }
  /** The person said whose an ambiguous change is; or the input of an agent's tool call proved it. */
  | { type: "assigned"; seq: number; operation: number; author: Author; call?: string | undefined }
  /** A moment to compare with later, e.g. the start or the end of a run. */
  | { type: "marked"; seq: number; mark: string };

/** What happened to a file, in one word. */
export type What = "created" | "changed" | "deleted" | "moved";

/** What a change did; `moved` whenever the file was somewhere else before, its content changed or not. */
export function whatOf({ path, from, before, after }: FileChange): What {
  if (!after) return "deleted";
  if (!before) return "created";
  return from === undefined || from === path ? "changed" : "moved";
}

/** Whether two authors are the same, for ambiguous ones the same several in the same order. */
export function sameAuthor(a: Author, b: Author): boolean {
  if (a.kind === "agent") return b.kind === "agent" && a.agent === b.agent;
  if (a.kind === "person") return b.kind === "person";
  return (
    b.kind === "ambiguous" &&
    a.among.length === b.among.length &&
    a.among.every((one, i) => {
      const other = b.among[i];
      return other !== undefined && sameAuthor(one, other);
    })
  );
}

/** A path of a `FileChange` in letters for people; what is no UTF-8 shows as U+FFFD. */
export function shownPath(path: string): string {
  return new TextDecoder().decode(Uint8Array.from(path, (byte) => byte.charCodeAt(0)));
}

/** The other way round: a path as people write it, one character a byte. */
export function bytePath(path: string): string {
  return Array.from(new TextEncoder().encode(path), (byte) => String.fromCharCode(byte)).join("");
}

import type { FileState } from "../../contract/files.ts";
import type { Blobs } from "./blobs.ts";
import type { Tree } from "./tree.ts";

/** A file that no snapshot holds, and that restoring therefore never touches. `repository`: a folder with a repository of its own. */
export interface Skipped {
  path: string;
  why: "too_large" | "unreadable" | "repository";
}

/** The exact state of a folder at one moment. */
export interface Snapshot {
  id: string;
  /** ISO 8601 in UTC. */
  at: string;
  /** What it was taken for, e.g. `before agent parser`. */
  label: string;
  skipped: readonly Skipped[];
  /** Of a restore: the snapshot taken right before it, and the one that was restored. */
  restored?: { before: string; target: string } | undefined;
  /** Taken right before a restore: what is about to be restored. */
  restoring?: string | undefined;
}

/** A restore that was begun, and nothing says how it ended. */
export interface CutRestore {
  before: string;
  target: string;
  label: string;
  /** What it was about to make, and perhaps some more. */
  changes: readonly SnapshotChange[];
}

/** One file that differs between two snapshots. Undefined: not there. */
export interface SnapshotChange {
  path: string;
  before?: FileState | undefined;
  after?: FileState | undefined;
}

/** What a restore would do. */
export interface RestorePlan {
  /** Id of the snapshot whose state is wanted. */
  target: string;
  label: string;
  /** From what is there now to what would be there. */
  changes: readonly SnapshotChange[];
  /** Files that no snapshot holds; they stay. */
  skipped: readonly Skipped[];
}

/** What came of a restore. Paths are as in `Tree`. */
export interface Restored {
  /** The state after it. Give this id to `planUndo`. */
  snapshot: Snapshot;
  done: readonly string[];
  /** Files that somebody changed in between; they are as that somebody left them. */
  left: readonly string[];
}

/** What became of a damaged store. Counts are of contents. */
export interface StoreMended {
  /** Files of the store that were broken: packs and objects, which are kept in `aside`, and settings, which were written anew. */
  broken: number;
  /** Missing, and found again in files of the folder. */
  taken: number;
  /** Missing still: files of older snapshots that cannot be brought back. */
  lost: number;
  /** Ids of snapshots that cannot be read any more. */
  forgotten: string[];
  /** Folder with what was broken. */
  aside?: string;
}

/** How a store is. */
export interface StoreCheck {
  snapshots: number;
  /** Bytes on disk, all of it. */
  bytes: number;
  /** What is wrong, a sentence each without its full stop; `mend` mends all of it as far as that is possible. */
  problems: string[];
}

/**
 * Snapshots of one folder, kept outside it. Nothing is ever written to a repository of the folder, and no program that the
 * folder names (hooks, filters, monitors) is ever run. Not kept: empty folders, owners, times, extended attributes.
 * Paths are as in `Tree`. Everything rejects with `unavailable` when git or the disk fails; a failed snapshot is never an old one.
 */
export interface Snapshots {
  /** Takes a snapshot; callers at the same time share one. */
  take(label: string, signal?: AbortSignal): Promise<Snapshot>;
  /** The latest first. */
  list(): Promise<Snapshot[]>;
  /** What a snapshot holds. Rejects with `not_found` for one that was pruned. */
  files(id: string): Promise<Map<string, FileState>>;
  diff(from: string, to: string): Promise<SnapshotChange[]>;
  /** A dry run of making the folder what it was. Takes a snapshot to compare with. */
  plan(id: string): Promise<RestorePlan>;
  /** A dry run of undoing a restore, in the files it wrote. */
  planUndo(restored: string): Promise<RestorePlan>;
  /** Carries a plan out: a snapshot first, then each file only if it still is what the plan says. */
  restore(plan: RestorePlan): Promise<Restored>;
  /** The restore that the process before was at when it died, if it was. To be asked before a snapshot is taken. */
  cutShort(): Promise<CutRestore | undefined>;
  /** Keeps what came of it as its outcome, so that it can be undone. */
  settle(cut: CutRestore): Promise<Snapshot>;
  /** Reads everything there is and compares it with what it should be. */
  check(): Promise<StoreCheck>;
  /** Mends what is damaged; undefined when nothing was. Frees nothing, since it does not know what is needed. Others wait. */
  mend(): Promise<StoreMended | undefined>;
  /** Forgets old snapshots; `keep` are contents that are still needed otherwise. Returns the ids of the forgotten. */
  prune(limits: PruneLimits, keep: Iterable<string>): Promise<string[]>;
  /** Lets go of helper processes. */
  close(): Promise<void>;
}

/** The newest snapshots always stay, whatever the other limits say. */
export interface PruneLimits {
  newest: number;
  /** Milliseconds. */
  age: number;
  /** Bytes of the whole store. */
  size: number;
}

/** Everything that is kept about a folder's contents. */
export interface FolderStore extends Snapshots {
  readonly tree: Tree;
  readonly blobs: Blobs;
  /**
   * Of these paths, the ones whose content is in no commit the person's HEAD has: what a whole-tree command would lose.
   * All of them where there is no repository, or it cannot be told.
   */
  uncommitted(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Of these states of files, the ones that the commit of the person's HEAD has otherwise. None where that cannot be told: in
   * no commit, without a repository, or where filters make a file other on disk than in a commit.
   */
  otherThanCommitted(files: ReadonlyMap<string, FileState>): Promise<ReadonlySet<string>>;
}

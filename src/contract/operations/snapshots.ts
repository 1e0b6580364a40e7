import { z } from "zod";
import { operation } from "../operation.ts";

/** A file that no snapshot holds, and that restoring never touches. */
const Skipped = z.object({
  path: z.string(),
  /** `repository`: a folder with a repository of its own. */
  why: z.enum(["too_large", "unreadable", "repository"]),
});

const Snapshot = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  /** What it was taken for, e.g. `before agent parser`. */
  label: z.string(),
  /** At most 200; `skipped_count` says how many there are. */
  skipped: z.array(Skipped),
  skipped_count: z.int(),
  /** Set when it is the state right after a restore: `clustr undo` takes that back. */
  restored: z.string().optional(),
});

/** What a change of the whole folder does, or would do, to one file. */
export const FileStep = z.object({ path: z.string(), what: z.enum(["created", "changed", "deleted", "moved"]) });

export const snapshots = {
  "snapshot.list": operation({
    summary: "List the snapshots of the folder, the latest first",
    scope: "workspace",
    right: "snapshots.read",
    http: "GET /snapshots",
    command: "snapshots",
    input: z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
    output: z.array(Snapshot),
  }),
  "snapshot.take": operation({
    summary: "Take a snapshot of the folder now",
    scope: "workspace",
    right: "snapshots.write",
    http: "POST /snapshots",
    command: "snapshot [label]",
    input: z.object({ label: z.string().min(1).max(200).default("taken by hand").describe("What it is taken for") }),
    output: Snapshot,
  }),
  "snapshot.restore": operation({
    summary: "Make the folder what it was in a snapshot; `clustr undo` takes it back",
    scope: "workspace",
    right: "snapshots.write",
    http: "POST /snapshots/:id/restore",
    command: "restore <id>",
    input: z.object({
      id: z.string().describe("Id of a snapshot, or the beginning of one that no other has"),
      dry_run: z.boolean().default(false).describe("Only show what would happen"),
    }),
    output: z.object({
      dry_run: z.boolean(),
      /** What happens, or would happen; at most 1000, `total` says how many there are. */
      files: z.array(FileStep),
      total: z.int(),
      /** Files that somebody changed in between; they are as that somebody left them. */
      left: z.array(z.string()),
      /** To undo it by. */
      id: z.string().optional(),
    }),
  }),
  "snapshot.prune": operation({
    summary: "Forget old snapshots; what a rollback may still need stays",
    scope: "workspace",
    right: "snapshots.write",
    http: "POST /snapshots/prune",
    command: "prune",
    input: z.object({
      newest: z.int().min(1).max(10_000).optional().describe("How many of the newest stay in any case"),
      days: z.int().min(0).max(3650).optional().describe("Older ones go"),
      megabytes: z.int().min(1).max(1_000_000).optional().describe("While the store is larger, the oldest go"),
    }),
    output: z.object({ pruned: z.array(z.string()) }),
  }),
  "snapshot.check": operation({
    summary: "Read everything that snapshots consist of, and say what is damaged; `clustr doctor` does",
    scope: "workspace",
    right: "snapshots.read",
    http: "GET /snapshots/check",
    input: z.object({}),
    output: z.object({
      snapshots: z.int(),
      /** Bytes on disk. */
      bytes: z.int(),
      /** What is wrong, each without its full stop. */
      problems: z.array(z.string()),
    }),
  }),
  "snapshot.mend": operation({
    summary: "Mend what is damaged of the snapshots, as far as that is possible; `clustr doctor --fix` does",
    scope: "workspace",
    right: "snapshots.write",
    http: "POST /snapshots/mend",
    input: z.object({}),
    output: z.object({
      /** Files that were broken; they are in `aside`. */
      broken: z.int(),
      /** Contents found again in the project, and contents that stay missing. */
      taken: z.int(),
      lost: z.int(),
      /** Ids of snapshots that cannot be read any more. */
      forgotten: z.array(z.string()),
      /** Folder with what was broken. */
      aside: z.string().optional(),
    }),
  }),
};

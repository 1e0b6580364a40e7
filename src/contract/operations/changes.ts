import { z } from "zod";
import { operation } from "../operation.ts";
import { FileStep } from "./snapshots.ts";

/** Why something is left as it is. */
const Reason = z.enum([
  /** Somebody changed these or the neighbouring lines afterwards. */
  "changed_since",
  /** It cannot be told whose changes these are; `change.assign` says it. */
  "unknown_author",
  /** Others have changed a file that this agent created. */
  "created_then_changed",
  /** Another file is now where it would have to be. */
  "path_taken",
  /** The file is not merged by line, or no longer what the log says. */
  "not_mergeable",
  /** Somebody changed it between plan and writing. */
  "changed_meanwhile",
  /** It could not be written: the disk is full, or its folder may not be written to. */
  "not_written",
]);

const Hunk = z.object({
  /** Counted from 1 within the file: what `rollback --hunk` takes. */
  number: z.int(),
  /** First line of `before` in the old text, and of `now` in the new one, counted from 1. */
  old_line: z.int(),
  new_line: z.int(),
  /** Lines without their ends. */
  before: z.array(z.string()),
  now: z.array(z.string()),
  /** Untouched lines right above and below, at most three each. */
  above: z.array(z.string()),
  below: z.array(z.string()),
  conflict: Reason.optional(),
  /** Set when lines were cut to keep the answer short: how many are missing. */
  cut: z.int().optional(),
});

/** How one file differs. Long diffs are cut, and say so. */
export const ChangedFile = z.object({
  path: z.string(),
  /** Where it was before. */
  from: z.string().optional(),
  what: FileStep.shape.what,
  kind: z.enum(["text", "binary", "link"]),
  /** Old and new mode, when it changed: `755` or `644`. */
  mode: z.object({ before: z.string(), now: z.string() }).optional(),
  added: z.int(),
  removed: z.int(),
  hunks: z.array(Hunk),
  /** There are more hunks than shown. */
  more: z.boolean(),
  conflict: Reason.optional(),
  /** What a person can do about the conflict. */
  choices: z.array(z.enum(["keep", "before", "merge", "assign", "hunks"])),
  /** Positions of the changes whose author is not known; for `change.assign`. */
  unknown: z.array(z.int()),
});

/** What is done, or would be done, to the files of a rollback or its undo. */
const RollbackFile = FileStep.extend({
  /** Lines that come back and that go. */
  added: z.int(),
  removed: z.int(),
  /** It is left as it is. */
  conflict: Reason.optional(),
  choices: ChangedFile.shape.choices,
});

const Rollback = z.object({
  dry_run: z.boolean(),
  /** Of the rollback or undo that was made; to undo it by. None when nothing was changed. */
  id: z.string().optional(),
  files: z.array(RollbackFile),
});

export const changes = {
  "change.diff": operation({
    summary: "Show what an agent changed: exactly what rolling it back would take away",
    scope: "workspace",
    right: "changes.read",
    http: "GET /agents/:name/diff",
    command: "diff <name>",
    input: z.object({
      name: z.string(),
      view: z
        .enum(["by", "since", "run"])
        .default("by")
        .describe("by: its own changes; since: all of the folder since it started; run: all while it ran"),
      file: z.string().max(4096).optional().describe("Only this file"),
      after: z.string().max(4096).optional().describe("Continue after this path"),
      limit: z.coerce.number().int().min(1).max(500).default(50).describe("How many files"),
      detail: z.enum(["lines", "counts"]).default("lines").describe("counts: no lines"),
    }),
    output: z.object({
      files: z.array(ChangedFile),
      /** Of all files, shown or not. */
      total: z.object({ files: z.int(), added: z.int(), removed: z.int(), conflicts: z.int() }),
      /** Give it as `after` for the next ones. */
      next: z.string().optional(),
    }),
  }),
  "change.summary": operation({
    summary: "Count what each agent changed, and what nobody can be told to have changed",
    scope: "workspace",
    right: "changes.read",
    http: "GET /changes",
    command: "changes",
    input: z.object({}),
    output: z.object({
      agents: z.array(
        z.object({
          agent: z.string(),
          id: z.string(),
          files: z.int(),
          added: z.int(),
          removed: z.int(),
          conflicts: z.int(),
        }),
      ),
      /** Changes of unknown author, the latest last; at most 200. */
      unknown: z.array(
        z.object({ position: z.int(), path: z.string(), what: FileStep.shape.what, among: z.array(z.string()) }),
      ),
      /** Position of the operation log this was counted at. */
      position: z.int(),
    }),
  }),
  "change.rollback": operation({
    summary: "Take back what an agent changed, without touching anybody else's lines",
    scope: "workspace",
    right: "changes.write",
    http: "POST /agents/:name/rollback",
    command: "rollback <name>",
    input: z.object({
      name: z.string(),
      file: z.string().max(4096).optional().describe("Only this file"),
      hunk: z.int().min(1).optional().describe("Only this hunk of the file, as the diff counts them"),
      dry_run: z.boolean().default(false).describe("Only show what would happen"),
    }),
    output: Rollback,
  }),
  "change.undo": operation({
    summary: "Take back a rollback or a restore: the latest, or the one of an id",
    scope: "workspace",
    right: "changes.write",
    http: "POST /undo",
    command: "undo [id]",
    input: z.object({
      id: z.string().optional(),
      dry_run: z.boolean().default(false).describe("Only show what would happen"),
    }),
    output: Rollback.extend({ undone: z.string() }),
  }),
  "change.assign": operation({
    summary: "Say whose a change of unknown author is",
    scope: "workspace",
    right: "changes.write",
    http: "POST /changes/assign",
    command: "assign <position> <to>",
    input: z.object({
      position: z.int().min(1).describe("As `clustr changes` shows it"),
      to: z.string().describe("Name of an agent, or human"),
    }),
    output: z.object({ position: z.int(), to: z.string() }),
  }),
};

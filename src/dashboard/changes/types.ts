import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";

export type Summary = Output<Operations["change.summary"]>;
export type Diff = Output<Operations["change.diff"]>;
export type ChangedFile = Diff["files"][number];
export type Hunk = ChangedFile["hunks"][number];
export type What = ChangedFile["what"];
export type Conflict = NonNullable<ChangedFile["conflict"]>;
export type Rollback = Output<Operations["change.rollback"]>;
/** Whose changes are looked at: an agent's own, or all of the folder since it started or while it ran. */
export type By = "by" | "since" | "run";

/** What is to be taken back: all of an agent, one file, or one hunk of it. */
export interface Wanted {
  agent: string;
  file?: string;
  hunk?: number;
}

import type { FileOperation, FileState } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { Tree } from "../ports/tree.ts";
import type { PlannedFile } from "./plan.ts";

/** What came of carrying out a plan. */
export interface Applied {
  id: string;
  /** What was done, file by file. */
  done: readonly PlannedFile[];
  /** What was left as it is: conflicts of the plan, files that somebody changed since it was made, or that could not be written. */
  left: readonly { path: string; why: string }[];
}

/** What attribution is made of. */
export interface AttributionOptions {
  tree: Tree;
  blobs: Blobs;
  /** Makes entries durable. Called one at a time, in order; what it rejects with ends the call under way, and nothing was written. */
  record(operations: readonly FileOperation[]): Promise<void>;
  /** The log so far. */
  operations?: Iterable<FileOperation>;
  /** What the folder held at the end of that log, as `files()` gave it. Without it, what is there now is where everything begins. */
  files?: ReadonlyMap<string, FileState> | undefined;
}

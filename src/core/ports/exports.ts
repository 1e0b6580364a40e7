import type { Event, Fact } from "../../contract/event.ts";
import type { Workspace } from "../../contract/workspace.ts";
import type { Ledger } from "./ledger.ts";

/** What an export takes along beside ledger, rules and uploads. */
export interface ExportParts {
  snapshots: boolean;
  terminals: boolean;
}

/** An export that was written, whole. */
export interface Exported {
  /** Absolute path of the file. */
  file: string;
  /** Bytes of it. */
  size: number;
  events: number;
  /** What is not in it, and why. */
  left_out: string[];
}

/** An export that was found whole, in a folder nobody sees yet. */
export interface Unpacked {
  /** What the workspace was where it was exported. */
  workspace: Workspace;
  /** When that was, ISO 8601 in UTC. */
  at: string;
  /** Its events in order, page by page. */
  events(): AsyncIterable<Event<Fact>>;
  /** Its ledger, which can be added to until it is placed. */
  ledger(): Promise<Ledger>;
  /**
   * Makes it the data of a workspace: all of it or nothing. Rejects with `conflict` when there is data of one with this id;
   * unless that came from this very export and `isUnused`, when an import was killed after this step. Returns what could not
   * be taken over.
   */
  place(info: Workspace, isUnused: boolean): Promise<string[]>;
  /** Throws away what was not placed. Harmless afterwards. */
  discard(): Promise<void>;
}

/** Workspaces as single files: written whole or not at all, and read only when whole. */
export interface Exports {
  /** Without `to`, in a folder of ours. Rejects with `conflict` when `to` is there already, `unavailable` when it cannot be written; nothing is left then. */
  write(info: Workspace, ledger: Ledger, to: string | undefined, parts: ExportParts): Promise<Exported>;
  /** Rejects with `invalid` for a file that is no whole export, with `not_found`, and `unavailable` when there is no room. */
  unpack(file: string): Promise<Unpacked>;
}

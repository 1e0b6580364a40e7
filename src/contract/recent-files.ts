import type { Author, What } from "./files.ts";

/** How many of the latest changes the view keeps. */
export const RECENT_CHANGES = 100;

/** A file that changed lately. */
export interface RecentChange {
  path: string;
  what: What;
  author: Author;
  at: string;
}

/** A rollback, or a restored snapshot, that can be undone while `undone` is false. */
export interface RecentRollback {
  id: string;
  kind: "rollback" | "restore";
  /** Whose changes were taken back. */
  of?: Author | undefined;
  /** Address of who asked for it. */
  by: string;
  at: string;
  files: number;
  undone: boolean;
}

/** Two agents changed the same file within minutes. */
export interface Collision {
  path: string;
  /** Ids; the one that changed it last first. */
  agents: [string, string];
  at: string;
}

/** What the view holds of the folder; contents, hunks and counts are asked for. Each list has the newest last. */
export interface FilesView {
  /** Rises with every entry of the operation log: what was computed from files before is out of date then. */
  position: number;
  /** At most one entry a path. */
  changed: RecentChange[];
  rollbacks: RecentRollback[];
  collisions: Collision[];
}

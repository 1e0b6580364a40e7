import type { FileState } from "../../contract/files.ts";

/** The same with the content itself: a file's bytes, or what a link points to. */
export interface FileContent {
  kind: "file" | "link";
  mode: number;
  bytes: Uint8Array;
}

/**
 * A file as it was seen. An equal stamp promises equal content and mode. `state`: its content is in the store already.
 * `revealed`: it may have been there before, out of sight (ignored, too large), though it was not listed.
 */
export interface Seen {
  stamp: string;
  state?: FileState | undefined;
  revealed?: boolean | undefined;
}

/**
 * A project folder. Paths are relative, parts joined by `/`, each character one byte of the name on disk, because names need
 * not be UTF-8. Folders exist only through the files in them; links are never followed.
 */
export interface Tree {
  /** Undefined when nothing is there, or nothing that is followed (a folder, a pipe, a file over the limits). */
  read(path: string): Promise<FileContent | undefined>;
  /** Every followed file. One that is ignored, or over the limits, is not followed, but can be read. */
  list(): Promise<Map<string, Seen>>;
  /** One path, as `list` would give it. */
  see(path: string): Promise<Seen | undefined>;
  /**
   * Replaces what lies at a path if it is exactly `expected` (undefined: nothing), whole or not at all; makes and removes
   * the folders above it as needed. False, and nothing changed, when it is something else. Never writes outside the folder.
   */
  swap(path: string, expected: FileContent | undefined, next: FileContent | undefined): Promise<boolean>;
}

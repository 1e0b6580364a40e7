/**
 * What lies at a path, its content by hash. `mode` is 0o755 for a program and 0o644 for any other file: finer permissions
 * stay as they are on disk, and new files get those of the person's umask. Of a link it says nothing.
 */
export interface FileState {
  kind: "file" | "link";
  mode: number;
  blob: string;
}

/** The same with the content itself: a file's bytes, or what a link points to. */
export interface FileContent {
  kind: "file" | "link";
  mode: number;
  bytes: Uint8Array;
}

/**
 * A project folder. Paths are relative, parts joined by `/`, each character one byte of the name on disk, because names need
 * not be UTF-8. Folders exist only through the files in them; links are never followed.
 */
export interface Tree {
  /** Undefined when nothing is there, or nothing that is followed (a folder, a pipe, a file over the limits). */
  read(path: string): Promise<FileContent | undefined>;
  /**
   * Every followed file with a stamp. An equal stamp promises equal content and mode; a file written so recently that its
   * stamp cannot promise that gets one that never equals another.
   */
  list(): Promise<Map<string, string>>;
  /** The stamp of one path, as `list` would give it. */
  stamp(path: string): Promise<string | undefined>;
  /**
   * Replaces what lies at a path if it is exactly `expected` (undefined: nothing), whole or not at all; makes and removes
   * the folders above it as needed. False, and nothing changed, when it is something else. Never writes outside the folder.
   */
  swap(path: string, expected: FileContent | undefined, next: FileContent | undefined): Promise<boolean>;
}

/** What lies at a path, links followed. */
export type FolderLook = { real: string } | { problem: "missing" | "not_a_folder" | "forbidden" };

/** The person's folders, looked at and never changed. */
export interface Folders {
  look(path: string): Promise<FolderLook>;
  /** Where a path really is, links followed as far as it exists; for one that does not, the rest is kept as it is. */
  real(path: string): Promise<string>;
  /** Absolute path of `path` seen from `base`. */
  resolve(base: string, path: string): string;
  /** A short id that is always the same for the same real path. */
  idOf(real: string): string;
  /** Last part of a path. */
  nameOf(path: string): string;
  /** Whether a real path is `base` or lies below it; separator-aware. */
  inside(base: string, real: string): boolean;
}

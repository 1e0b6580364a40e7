/** What lies in a folder. A link is not followed: `size` is only of files. */
export interface ProjectEntry {
  name: string;
  kind: "file" | "folder" | "link" | "other";
  /** Bytes. */
  size?: number | undefined;
}

/** A part of a file as it was at one moment. */
export interface FilePart {
  bytes: Uint8Array;
  /** Bytes of the whole file. */
  size: number;
  /** When it was last written, ISO 8601 in UTC. */
  changed: string;
}

/**
 * The files of a project, read and never changed. Paths are relative to its folder, parts joined by `/`, "" the folder
 * itself. Links are followed only as far as they stay inside; whatever leads outside, whenever it is swapped in, is refused
 * with `forbidden`. Rejects with `not_found` for what is not there, and with `invalid` for what is no file or cannot be read.
 */
export interface ProjectFiles {
  /** Up to `limit` entries with names after `after`, by name. `folder` is where they really are; `complete` is false when there are more than can be looked at. */
  list(
    folder: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ folder: string; entries: ProjectEntry[]; more: boolean; complete: boolean }>;
  /** Up to `limit` bytes from `offset`. Only of regular files: pipes and devices are not opened. */
  read(path: string, offset: number, limit: number): Promise<FilePart>;
}

/** What a project's own rules say of names, without running anything of it. Rejects with `unavailable` when git fails. */
export interface ProjectNames {
  /** Which of these paths are ignored; none may lead over a link. */
  ignored(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Paths of all files that are not ignored, at most `most`; what lies in repositories inside the project is left out. */
  all(most: number): Promise<{ paths: string[]; complete: boolean }>;
}

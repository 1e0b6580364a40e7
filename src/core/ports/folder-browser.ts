/** A folder inside another one. */
export interface Subfolder {
  name: string;
  /** Absolute; of a link to a folder, the link's own. */
  path: string;
  git: boolean;
  unreadable: boolean;
}

/** Looks through the folders of this machine for one to open. Changes nothing. */
export interface FolderBrowser {
  /** The person's home folder. */
  home(): string;
  parent(path: string): string | undefined;
  /**
   * Up to `limit` folders inside `path` with names after `after`, by name; links to folders count. `complete` is false when
   * there are more entries than can be looked at. Rejects with `invalid` when the folder cannot be read.
   */
  inside(
    path: string,
    after: string | undefined,
    limit: number,
  ): Promise<{ folders: Subfolder[]; more: boolean; complete: boolean }>;
  /** Whether a folder is the top of a git repository. */
  isRepository(path: string): Promise<boolean>;
}

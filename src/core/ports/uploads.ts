export interface UploadedFile {
  name: string;
  /** Absolute path: agents read it there. */
  path: string;
  size: number;
  /** When it was last saved, in milliseconds since 1970. */
  saved: number;
}

/** Pictures that a person gave to a workspace, in a private folder of its own. Names are ours: letters, digits, `-` and `.`. */
export interface Uploads {
  /** Writes it whole, or only renews its time when it is there already. */
  save(name: string, bytes: Uint8Array): Promise<UploadedFile>;
  list(): Promise<UploadedFile[]>;
  /** Undefined when there is none of this name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Harmless when it is not there. */
  remove(name: string): Promise<void>;
}

/** Clustr's own files of one workspace: folders 0700, files 0600, whatever the umask is. */
export interface PrivateFiles {
  /** Makes the folder if needed; returns its absolute path. `name` is a relative path of safe characters. */
  folder(name: string): Promise<string>;
  /** Writes a file whole (temporary file, then rename) and returns its absolute path. It outlives every process, but perhaps no power cut. */
  write(name: string, content: string): Promise<string>;
  /** Deletes a folder with all in it; harmless when it is not there. */
  remove(name: string): Promise<void>;
}

/** A short folder for sockets: paths over 100 bytes fail or are cut silently. */
export interface SocketFolders {
  /** 0700, the same for the same id. */
  folder(id: string): Promise<string>;
  remove(id: string): Promise<void>;
}

/** Something wrong that can be mended without harm. */
export interface Mend {
  /** What was found. */
  problem: string;
  /** What mending does, as a sentence without its full stop. */
  how: string;
  /** Does it. Rejects when it could not; what was not mended is as it was. Resolves with what is worth saying beyond `how`. */
  fix(): Promise<string | undefined>;
}

/** Whether a process of this number lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

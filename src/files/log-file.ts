import { statSync } from "node:fs";
import { appendFile, chmod, rename } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** Bytes after which the log begins anew; one older file is kept, as `<path>.old`. */
export const LOG_LIMIT = 8_000_000;
const BREATH_MS = 20;
/** Characters that may wait for the disk; what comes beyond them is dropped. */
const BACKLOG = 1_000_000;

/** A text file that lines are added to. A disk that is full or gone costs lines of it, and nothing else. */
export interface LogFile {
  /** Never throws. */
  write(line: string): void;
  /** Resolves when what was written before is in the file, or cannot be. */
  flush(): Promise<void>;
}

/** A log at `path`, 0600. */
export function logFile(path: string): LogFile {
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  let waiting = "";
  let lost = 0;
  let writing: Promise<void> | undefined;

  async function drain(): Promise<void> {
    // What is written in the same breath goes along: a file that is opened for every request would cost as much as it.
    await pause(BREATH_MS);
    while (waiting !== "") {
      const text = lost > 0 ? `{"msg":"${lost} lines before this one could not be kept"}\n${waiting}` : waiting;
      const lines = waiting.split("\n").length - 1;
      waiting = "";
      try {
        if (size > LOG_LIMIT) {
          await rename(path, `${path}.old`);
          size = 0;
        }
        await appendFile(path, text, { mode: 0o600 });
        if (size === 0) await chmod(path, 0o600);
        size += Buffer.byteLength(text);
        lost = 0;
      } catch {
        lost += lines;
      }
    }
    writing = undefined;
  }

  return {
    write(line) {
      if (waiting.length + line.length > BACKLOG) {
        lost += 1;
        return;
      }
      waiting += line;
      writing ??= drain();
    },
    flush: () => writing ?? Promise.resolve(),
  };
}

import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL("pty-reader.c", import.meta.url));

/** The least a pseudo-terminal can cost: a program in C that reads one. */
export interface PtyReader {
  /** Milliseconds in which it has read a file that `cat` prints; rejects when another number of bytes came. */
  deliver(file: string, bytes: number): Promise<number>;
  /** Milliseconds after which each of so many keys came back. */
  echoes(count: number): Promise<number[]>;
}

/** Compiles it into a folder; undefined where there is no C compiler. */
export function ptyReader(folder: string): PtyReader | undefined {
  const program = join(folder, "pty-reader");
  if (spawnSync("cc", ["-O2", "-o", program, SOURCE, "-lutil"]).status !== 0) return undefined;
  return {
    async deliver(file, bytes) {
      const began = performance.now();
      const { stdout } = await run(program, ["read", "cat", file]);
      if (Number(stdout) !== bytes) throw new Error(`${bytes} bytes were printed, ${stdout.trim()} were read`);
      return performance.now() - began;
    },
    async echoes(count) {
      const { stdout } = await run(program, ["echo", String(count)]);
      return stdout
        .trim()
        .split("\n")
        .map((microseconds) => Number(microseconds) / 1_000);
    },
  };
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const WRITER = fileURLToPath(new URL("ledger-writer.ts", import.meta.url));
let started = 0;

/** A process that writes to a ledger until it is killed; see ledger-writer.ts. */
export interface WriterProcess {
  child: ChildProcess;
  /** The whole lines it has printed so far. They go to a file (beside the ledger's folder), which outlives any kill. */
  lines(): string[];
  /** Resolves when it has ended. */
  gone: Promise<unknown>;
}

/** Starts one on `file`; ids begin with `prefix`. `limits` are shell commands that it is started under. */
export function startWriter(file: string, prefix: string, limits = ":"): WriterProcess {
  const output = `${dirname(file)}.output-${++started}`;
  const fd = openSync(output, "a");
  const child = spawn("sh", ["-c", `${limits}; exec "$0" "$@"`, process.execPath, WRITER, file, prefix], {
    stdio: ["pipe", fd, "inherit"],
    env: { PATH: process.env["PATH"] },
  });
  closeSync(fd);
  return { child, lines: () => readFileSync(output, "utf8").split("\n").slice(0, -1), gone: once(child, "close") };
}

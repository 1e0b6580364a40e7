import { readFileSync } from "node:fs";
import type { Io } from "./io.ts";
import { run } from "./run.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second time is meant: whatever still tidies up is left to the next start.
    if (interruption.signal.aborted) process.exit(130);
    interruption.abort();
  });
}

// A reader that has seen enough (`clustr events | head`) closes the pipe; that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// Nobody is left to be told; without this, telling of the failure would fail again, without end.
process.stderr.on("error", () => {});

const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
  signal: interruption.signal,
};

process.exitCode = await run(process.argv.slice(2), { io, version });

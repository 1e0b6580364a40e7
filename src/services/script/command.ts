import { spawn } from "node:child_process";

/** Characters of output kept for later steps; the terminal shows all of it. */
const KEPT = 64_000;

/** How a command ended. */
export interface Ran {
  /** Exit code; 124 when it took too long, 128 + n when signal n ended it. */
  code: number;
  output: string;
}

/** Runs a shell command with its output shown as it comes. It and all it started end with the time limit or the signal. */
export function runCommand(
  command: string,
  cwd: string,
  timeoutMs: number,
  show: (text: string) => void,
  signal: AbortSignal,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that whatever it starts can be ended with it.
    const child = spawn("/bin/sh", ["-c", command], { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let late = false;
    const end = (): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(() => {
      late = true;
      end();
    }, timeoutMs);
    signal.addEventListener("abort", end, { once: true });
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        show(text);
        output = (output + text).slice(-KEPT);
      });
    }
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on("close", (code, by) => {
      finish();
      resolve({ code: late ? 124 : (code ?? (by === "SIGKILL" ? 137 : 143)), output });
    });
  });
}

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { root } from "../source/read.ts";

/** A short private folder, gone with `remove`. */
export function temporary(): { path: string; remove(): void } {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), "ce-"));
  return {
    path: folder,
    remove: () => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** The environment of a person with this home: nothing of the developer's, nothing of the npm that runs the tests. */
export function personal(home: string, more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    CLUSTR_HOME: path.join(home, ".clustr"),
    LANG: "C.UTF-8",
    ...more,
  };
}

/** The environment npm needs to reach its registry as this machine is set up, without what the npm above us says. */
export function forNpm(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(
    ([key]) => !/^(npm_|CLUSTR_|INIT_CWD|NODE_)/i.test(key) || key === "NODE_EXTRA_CA_CERTS",
  );
  // Node from npm brings certificates of its own; the machine's may know a proxy that those do not.
  return { ...Object.fromEntries(kept), NODE_USE_SYSTEM_CA: "1" };
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. Killed after `timeoutMs`. */
export async function finish(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string | undefined>,
  timeoutMs = 100_000,
): Promise<Ended> {
  const running = begin(command, args, cwd, env, timeoutMs);
  return running.ended;
}

/** A program under way, with what it printed so far. */
export interface Running {
  child: ChildProcess;
  /** The first line of stdout that is JSON, parsed. Rejects when the program ends without one. */
  ready: Promise<Record<string, unknown>>;
  ended: Promise<Ended>;
}

export function begin(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string | undefined>,
  timeoutMs = 100_000,
): Running {
  const child = spawn(command, args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  let stdout = "";
  let stderr = "";
  const ready = Promise.withResolvers<Record<string, unknown>>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const line = stdout
      .split("\n")
      .slice(0, -1)
      .find((each) => each.startsWith("{"));
    if (line !== undefined) ready.resolve(JSON.parse(line) as Record<string, unknown>);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => {
    ready.reject(new Error(`ended with ${String(code)} before it was ready\n${stdout}\n${stderr}`));
    return { code: code as number | null, stdout, stderr };
  });
  ready.promise.catch(() => {});
  return { child, ready: ready.promise, ended };
}

/** A copy of this repository as git would give it, uncommitted changes included, that shares what is installed. */
export async function copyOfRepository(target: string): Promise<void> {
  const { stdout } = await finish(
    "git",
    ["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    root,
    process.env,
  );
  for (const name of stdout.split("\0")) {
    if (name === "" || !fs.existsSync(path.join(root, name))) continue;
    fs.mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
    fs.copyFileSync(path.join(root, name), path.join(target, name));
  }
  for (const folder of ["node_modules", "tools/node/node_modules"]) {
    if (fs.existsSync(path.join(root, folder))) fs.symlinkSync(path.join(root, folder), path.join(target, folder));
  }
}

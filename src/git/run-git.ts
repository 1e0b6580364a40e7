import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { ClustrError, hasCode } from "../contract/error.ts";

/** Bytes of output beyond which a call is ended: git printed something nobody expected. */
const MOST_OUTPUT = 256_000_000;
const MOST_COMPLAINT = 8_000;
const TIMEOUT = 120_000;

/** Configuration that wins over every file: git must run no program that a folder or a repository names. */
const FLAGS = [
  "core.fsmonitor=false",
  "core.hooksPath=/dev/null",
  "core.pager=cat",
  "core.editor=true",
  "core.sshCommand=false",
  "core.askPass=true",
  "commit.gpgSign=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "protocol.allow=never",
  "submodule.recurse=false",
  "diff.ignoreSubmodules=all",
  "safe.directory=*",
  // What git says it wrote must survive a loss of power; synced once a call, not once a file.
  "core.fsync=objects,derived-metadata,index",
  "core.fsyncMethod=batch",
].flatMap((setting) => ["-c", setting]);

/** What a repository calls its contents by. */
export type HashFormat = "sha1" | "sha256";

/** What a call of git works on. */
export interface GitPlace {
  /** Our own repository. */
  store: string;
  /** The person's folder. */
  folder: string;
}

/** How git is called, beyond its arguments. */
export interface GitCall {
  /** Fed to its input; one byte per character, like everything here. */
  input?: string | undefined;
  /** File that is its input instead. */
  inputFile?: string | undefined;
  signal?: AbortSignal | undefined;
  /** Exit code by which git says that it found nothing, which is no failure. */
  nothingFound?: number | undefined;
  /** Milliseconds; 120 000 unless said otherwise. */
  timeout?: number | undefined;
  /** Gives way to whatever else the machine has to do. */
  inBackground?: boolean | undefined;
  /** Added to the environment, or with undefined taken out of it. */
  env?: Record<string, string | undefined> | undefined;
}

/** The flags and the whole environment under which git runs. Nothing of ours or of the person's is inherited but PATH. */
export function hardened(
  { store, folder }: GitPlace,
  args: readonly string[],
): { args: string[]; env: Record<string, string> } {
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: store,
    XDG_CONFIG_HOME: store,
    LC_ALL: "C",
    GIT_DIR: store,
    GIT_WORK_TREE: folder,
    GIT_INDEX_FILE: `${store}/snap.index`,
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_AUTHOR_NAME: "clustr",
    GIT_AUTHOR_EMAIL: "clustr@localhost",
    GIT_COMMITTER_NAME: "clustr",
    GIT_COMMITTER_EMAIL: "clustr@localhost",
  };
  return { args: [...FLAGS, ...args], env };
}

/**
 * Runs git and returns what it printed. Rejects with `unavailable` when it fails, hangs or prints without end; `exitOf` then
 * says whether git itself refused.
 */
export function runGit(place: GitPlace, args: readonly string[], call: GitCall = {}): Promise<string> {
  const { args: all, env } = hardened(place, args);
  const { input = "", inputFile, signal, timeout = TIMEOUT } = call;
  return new Promise((resolve, reject) => {
    const fail = (why: string, { cause, exit }: { cause?: unknown; exit?: number | null } = {}) =>
      reject(
        new ClustrError("unavailable", `git ${args[0]} failed on ${place.folder}: ${why}. No file was changed by it.`, {
          cause,
          ...(typeof exit === "number" ? { details: { exit } } : {}),
        }),
      );
    if (signal?.aborted) return fail("it was called off");
    const fed = inputFile === undefined ? undefined : openSync(inputFile, "r");
    const child = spawn("git", all, {
      cwd: place.folder,
      env: { ...env, ...call.env },
      stdio: [fed ?? "pipe", "pipe", "pipe"],
    });
    if (fed !== undefined) closeSync(fed);
    if (call.inBackground) giveWay(child.pid);
    const output: Buffer[] = [];
    let size = 0;
    let complaint = "";
    let ended: string | undefined;
    const end = (why: string) => {
      ended ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => end(`no answer within ${timeout / 1000} s`), timeout);
    const abort = () => end("it was called off");
    signal?.addEventListener("abort", abort);
    child.stdout?.on("data", (bytes: Buffer) => {
      size += bytes.length;
      if (size > MOST_OUTPUT) end("it printed without end");
      else output.push(bytes);
    });
    child.stderr?.on("data", (bytes: Buffer) => {
      complaint = (complaint + bytes.toString("latin1")).slice(0, MOST_COMPLAINT);
    });
    // A git that ends early does not read the rest; its exit code says why.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input, "latin1");
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    };
    child.on("error", (cause) => {
      settle();
      const isThere = existsSync(place.folder);
      fail(isThere ? "git could not be started; is it installed?" : "the folder is not there any more", { cause });
    });
    child.on("close", (code) => {
      settle();
      if (ended !== undefined) fail(ended);
      else if (code !== 0 && code !== call.nothingFound) fail(complaint.trim() || `exit code ${code}`, { exit: code });
      else resolve(Buffer.concat(output).toString("latin1"));
    });
  });
}

/** The code with which git ended a call that failed; undefined when it was not started, or did not come to its end. */
export function exitOf(error: unknown): number | undefined {
  const { exit } = (hasCode(error) ? (error.details ?? {}) : {}) as { exit?: unknown };
  return typeof exit === "number" ? exit : undefined;
}

function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not let us.
  }
}

/** The parts of output that ends each of them with a zero byte. */
export function zeroSeparated(output: string): string[] {
  return output.split("\0").slice(0, -1);
}

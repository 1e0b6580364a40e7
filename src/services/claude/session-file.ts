import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readObject } from "../json.ts";
import type { SessionStatus } from "./belief.ts";
import { text } from "./hooks.ts";

/** Milliseconds between looks when the file system tells nothing (network homes). */
const LOOK = 5_000;
/** Milliseconds between looks while the file is not there yet; each is longer by a tenth, for a version may have none at all. */
const SEARCH = 300;
const LONGER = 1.1;
/** Milliseconds after which a file that was half written is whole. */
const WRITTEN = 50;

/** How to tell our session's file from those of the person's other sessions. */
export interface SessionMark {
  /** Folder `sessions` of the tool's config folder. */
  folder: string;
  /** The message socket we chose: unique to the run. */
  socket: string;
  /** The conversation, in case the file names another socket or none. */
  session: () => string | undefined;
}

/**
 * Follows `sessions/<pid>.json`, in which a running Claude Code notes whether it is idle, busy or waiting. Undocumented:
 * everything here may find nothing, and then nothing is told. Calls `changed` with each new status until `signal` aborts;
 * with undefined when the file has gone.
 */
export async function followSessionFile(
  mark: SessionMark,
  signal: AbortSignal,
  changed: (status: SessionStatus | undefined) => void,
): Promise<void> {
  let wait = SEARCH;
  while (!signal.aborted) {
    const path = await find(mark);
    if (path !== undefined) {
      await followOne(mark, path, signal, changed);
      wait = SEARCH;
    }
    await pause(wait, signal);
    wait = Math.min(wait * LONGER, LOOK);
  }
}

/** The file's present status, if there is one: the first thing to know when taking an agent over. */
export async function readSessionStatus(mark: SessionMark): Promise<SessionStatus | undefined> {
  const path = await find(mark);
  return path === undefined ? undefined : statusOf(await readObject(path));
}

async function followOne(
  mark: SessionMark,
  path: string,
  signal: AbortSignal,
  changed: (status: SessionStatus | undefined) => void,
): Promise<void> {
  let wake = (): void => {};
  let watcher: ReturnType<typeof watch> | undefined;
  try {
    watcher = watch(mark.folder, { persistent: false }, (_event, name) => {
      if (name === null || basename(path) === name) wake();
    });
    watcher.on("error", () => {});
  } catch {
    // No watching here: the slow look below still works.
  }
  const stop = (): void => wake();
  signal.addEventListener("abort", stop);
  let last = "";
  try {
    while (!signal.aborted) {
      const told = new Promise<void>((resolve) => (wake = resolve));
      const content = await readObject(path);
      if (!isOurs(mark, content)) {
        // Half-written files read as empty: look again before believing that it has gone.
        await pause(WRITTEN, signal);
        if (!isOurs(mark, await readObject(path))) return changed(undefined);
        continue;
      }
      const status = statusOf(content);
      const key = JSON.stringify(status);
      if (status !== undefined && key !== last) changed(status);
      last = key;
      const look = new AbortController();
      await Promise.race([told, pause(LOOK, look.signal)]);
      look.abort();
    }
  } finally {
    signal.removeEventListener("abort", stop);
    watcher?.close();
  }
}

async function find(mark: SessionMark): Promise<string | undefined> {
  const names = await readdir(mark.folder).catch(() => []);
  // Beside the files lie secret keys of the same sessions: only names of digits are ever opened.
  const paths = names.filter((name) => /^\d+\.json$/.test(name)).map((name) => join(mark.folder, name));
  const files = await Promise.all(paths.map(async (path) => ({ path, content: await readObject(path) })));
  const surest = files.find(({ content }) => content.messagingSocketPath === mark.socket);
  // A killed process leaves its file behind, with the conversation that may be resumed now.
  return (surest ?? files.find(({ content }) => isOurs(mark, content) && runs(content.pid)))?.path;
}

function runs(pid: unknown): boolean {
  if (typeof pid !== "number") return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** By the socket we chose; by the conversation where a version goes its own way with the socket. */
function isOurs(mark: SessionMark, content: Record<string, unknown>): boolean {
  if (content.messagingSocketPath === mark.socket) return true;
  return content.sessionId !== undefined && content.sessionId === mark.session();
}

function statusOf(content: Record<string, unknown>): SessionStatus | undefined {
  const { status, statusUpdatedAt } = content;
  if (status !== "idle" && status !== "busy" && status !== "waiting") return undefined;
  return {
    status,
    socket: text(content.messagingSocketPath),
    waitingFor: text(content.waitingFor),
    since: typeof statusUpdatedAt === "number" ? statusUpdatedAt : 0,
  };
}

/** Sleeps without keeping the process alive; wakes early, without an error, when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => {});
}

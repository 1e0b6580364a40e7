import { access, constants, lstat } from "node:fs/promises";
import { ClustrError } from "../contract/error.ts";
import type { Skipped } from "../core/ports/snapshots.ts";
import { isSafe, onDisk } from "./paths.ts";
import { runGit, zeroSeparated, type GitPlace } from "./run-git.ts";

/** Bytes from which a file that the person's repository does not have is left out. */
const LARGEST = 50_000_000;
/** Bytes of a single ignored file (`.env`, local settings) that is kept, and of all of them. */
const LARGEST_IGNORED = 1_000_000;
const ALL_IGNORED = 20_000_000;
/** Untracked files beyond which the folder is surely no project. */
const MOST_UNTRACKED = 200_000;
/** Paths from which contents are written as one pack instead of a file each. */
const MANY = 500;
/** How often git may save what it learned about unchanged files: writing a large index costs more than it gains. */
const SAVE_EVERY = 8;
/** But on the first looks at a folder it must, or it never starts to know. */
const SAVE_FIRST = 2;

/** What one look at the folder found, now in our index. */
export interface Look {
  skipped: Skipped[];
  /** What was added or read anew. */
  paths: string[];
  /** Whether our index is as it was before. */
  same: boolean;
}

const looks = new Map<string, number>();

/** What to look for besides what is not ignored: small ignored files, and paths that are wanted whatever the rules say. */
export interface Besides {
  ignoredToo?: boolean | undefined;
  paths?: readonly string[] | undefined;
}

/** Brings our index up to what lies in the folder. One walk; only what changed is read. */
export async function look(place: GitPlace, besides: Besides = {}, signal?: AbortSignal): Promise<Look> {
  const count = looks.get(place.store) ?? 0;
  looks.set(place.store, count + 1);
  const status = await runGit(
    place,
    ["status", "--porcelain=v2", "-z", "-uall", "--no-renames", "--ignore-submodules=all"],
    // The lock is that of our own index.
    { signal, env: { GIT_OPTIONAL_LOCKS: count < SAVE_FIRST || count % SAVE_EVERY === 0 ? "1" : "0" } },
  );
  const { gone, known, untracked } = changedPaths(status);
  if (untracked.length > MOST_UNTRACKED)
    throw new ClustrError(
      "too_large",
      `${place.folder} has ${untracked.length} files that git does not know, so no snapshot was taken. Ignore what is built, or open a smaller folder.`,
    );
  const ignored = besides.ignoredToo ? await smallIgnored(place, signal) : [];
  const skipped: Skipped[] = [];
  const update: string[] = [...known];
  for (const path of untracked) {
    if (path.endsWith("/")) skipped.push({ path: path.slice(0, -1), why: "repository" });
    else if (isSafe(path)) await admit(place.folder, path, LARGEST, update, skipped);
  }
  for (const path of [...ignored, ...(besides.paths ?? [])]) if (isSafe(path)) update.push(path);
  await removeFromIndex(place, gone, signal);
  await updateIndex(place, update, skipped, signal);
  return { skipped, paths: update, same: update.length + gone.length === 0 };
}

async function admit(folder: string, path: string, most: number, update: string[], skipped: Skipped[]): Promise<void> {
  const found = await lstat(onDisk(folder, path)).catch(() => undefined);
  if (!found) return;
  if (found.isFile() && found.size > most) skipped.push({ path, why: "too_large" });
  else update.push(path);
}

/** Paths of git's second status format: what our index has and the folder has no more, has otherwise, and has alone. */
function changedPaths(status: string): { gone: string[]; known: string[]; untracked: string[] } {
  const gone: string[] = [];
  const known: string[] = [];
  const untracked: string[] = [];
  for (const entry of zeroSeparated(status)) {
    if (entry.startsWith("? ")) untracked.push(entry.slice(2));
    // "1 XY sub mH mI mW hH hI path"; Y is "." where the folder is as the index says.
    else if (entry.startsWith("1 ") && entry[3] !== ".") {
      (entry[3] === "D" ? gone : known).push(entry.split(" ").slice(8).join(" "));
    }
  }
  return { gone, known, untracked };
}

/** Single ignored files that are small; never what lies in ignored folders. */
async function smallIgnored(place: GitPlace, signal?: AbortSignal): Promise<string[]> {
  const listed = await runGit(place, ["ls-files", "-o", "-i", "--exclude-standard", "--directory", "-z"], { signal });
  const kept: string[] = [];
  let total = 0;
  for (const path of zeroSeparated(listed).filter((one) => !one.endsWith("/"))) {
    const found = await lstat(onDisk(place.folder, path)).catch(() => undefined);
    if (!found?.isFile() || found.size > LARGEST_IGNORED || total + found.size > ALL_IGNORED) continue;
    total += found.size;
    kept.push(path);
  }
  return kept;
}

/** Reads paths into our index. One that cannot be read is named and left out; anything else that fails is an error. */
async function updateIndex(
  place: GitPlace,
  paths: readonly string[],
  skipped: Skipped[],
  signal?: AbortSignal,
): Promise<void> {
  if (paths.length === 0) return;
  const args = [
    ...(paths.length > MANY ? ["-c", "core.bigFileThreshold=1"] : []),
    "update-index",
    "--add",
    "--remove",
    "--replace",
    "-z",
    "--stdin",
  ];
  const run = (list: readonly string[]) =>
    runGit(place, args, { signal, input: list.map((path) => `${path}\0`).join("") });
  try {
    await run(paths);
  } catch (error) {
    const readable: string[] = [];
    for (const path of paths) {
      if (await isUnreadable(place.folder, path)) skipped.push({ path, why: "unreadable" });
      else readable.push(path);
    }
    if (readable.length === paths.length) throw error;
    // What cannot be read now must not stay in the index as it was once.
    await removeFromIndex(
      place,
      paths.filter((path) => !readable.includes(path)),
      signal,
    );
    if (readable.length > 0) await run(readable);
  }
}

/** Without a look at the disk: a path that is gone may lie behind a link now, which git would refuse to look at. */
async function removeFromIndex(place: GitPlace, paths: readonly string[], signal?: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  const input = paths.map((path) => `${path}\0`).join("");
  await runGit(place, ["update-index", "--force-remove", "-z", "--stdin"], { signal, input });
}

async function isUnreadable(folder: string, path: string): Promise<boolean> {
  const found = await lstat(onDisk(folder, path)).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(onDisk(folder, path), constants.R_OK).then(
    () => false,
    () => true,
  );
}

import { lstat } from "node:fs/promises";
import { ClustrError } from "../contract/error.ts";
import type { Skipped } from "../core/ports/snapshots.ts";
import { keepingAge } from "./index-age.ts";
import { isSafe, onDisk } from "./paths.ts";
import { runGit, zeroSeparated, type GitPlace } from "./run-git.ts";

/** Bytes from which a file that the person's repository does not have is left out. */
const LARGEST = 50_000_000;
/** Bytes of a single ignored file (`.env`, local settings) that is kept, and of all of them. */
const LARGEST_IGNORED = 1_000_000;
const ALL_IGNORED = 20_000_000;
/** Untracked files beyond which the folder is surely no project. */
const MOST_UNTRACKED = 200_000;
/** How often git may save what it learned about unchanged files: writing a large index costs more than it gains. */
const SAVE_EVERY = 8;
/** But on the first looks at a folder it must, or it never starts to know. */
const SAVE_FIRST = 2;

/** What one look at the folder found, compared with our index. */
export interface Look {
  skipped: Skipped[];
  /** What our index has and the folder has no more. */
  gone: string[];
  /** What is new, or may be other than our index says. */
  changed: string[];
  /** Of these, what our index does not have; and of those, what is ignored. */
  came: string[];
  ignored: string[];
}

const looks = new Map<string, number>();

/** What to look for besides what is not ignored: small ignored files, and paths that are wanted whatever the rules say. */
export interface Besides {
  ignoredToo?: boolean | undefined;
  paths?: readonly string[] | undefined;
}

/** Finds what lies in the folder otherwise than in our index. One walk; nothing is read or written down. */
export async function look(place: GitPlace, besides: Besides = {}, signal?: AbortSignal): Promise<Look> {
  const count = looks.get(place.store) ?? 0;
  looks.set(place.store, count + 1);
  const status = await keepingAge(place, true, () =>
    runGit(
      place,
      ["status", "--porcelain=v2", "-z", "-uall", "--no-renames", "--ignore-submodules=all"],
      // The lock is that of our own index.
      { signal, env: { GIT_OPTIONAL_LOCKS: count < SAVE_FIRST || count % SAVE_EVERY === 0 ? "1" : "0" } },
    ),
  );
  const { gone, known, untracked } = changedPaths(status);
  if (untracked.length > MOST_UNTRACKED)
    throw new ClustrError(
      "too_large",
      `${place.folder} has ${untracked.length} files that git does not know, so no snapshot was taken. Ignore what is built, or open a smaller folder.`,
    );
  const ignored = besides.ignoredToo ? await smallIgnored(place, signal) : [];
  const skipped: Skipped[] = [];
  const changed: string[] = [...known];
  for (const path of untracked) {
    if (path.endsWith("/")) skipped.push({ path: path.slice(0, -1), why: "repository" });
    else if (isSafe(path)) await admit(place.folder, path, LARGEST, changed, skipped);
  }
  const came = changed.slice(known.length);
  for (const path of [...ignored, ...(besides.paths ?? [])]) if (isSafe(path)) changed.push(path);
  return { skipped, gone, changed, came, ignored };
}

async function admit(folder: string, path: string, most: number, changed: string[], skipped: Skipped[]): Promise<void> {
  const found = await lstat(onDisk(folder, path)).catch(() => undefined);
  if (!found) return;
  if (found.isFile() && found.size > most) skipped.push({ path, why: "too_large" });
  else changed.push(path);
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

import { access, constants, lstat, rm } from "node:fs/promises";
import path from "node:path";
import type { Skipped, SnapshotChange } from "../core/ports/snapshots.ts";
import { keepingAge } from "./index-age.ts";
import type { Look } from "./look.ts";
import { onDisk } from "./paths.ts";
import { changesIn } from "./records.ts";
import { runGit, type GitPlace } from "./run-git.ts";

/** Paths from which contents are written as one pack instead of a file each. */
const MANY = 500;

/** Reads what a look found into our index, and adds to the skipped what cannot be read. */
export async function updateIndex(
  place: GitPlace,
  { gone, changed, skipped }: Pick<Look, "gone" | "changed" | "skipped">,
  signal?: AbortSignal,
): Promise<void> {
  // Left by a git of ours that was called off: nobody else writes this index.
  await rm(path.join(place.store, "snap.index.lock"), { force: true });
  await keepingAge(place, false, async () => {
    await removeFromIndex(place, gone, signal);
    await readInto(place, changed, skipped, signal);
  });
}

/** What our index has otherwise than a tree. */
export async function indexSince(place: GitPlace, tree: string): Promise<SnapshotChange[]> {
  return changesIn(await runGit(place, ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", tree]));
}

/** One that cannot be read is named and left out; anything else that fails is an error. */
async function readInto(
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
    runGit(place, args, { signal, input: list.map((one) => `${one}\0`).join("") });
  try {
    await run(paths);
  } catch (error) {
    const readable: string[] = [];
    for (const one of paths) {
      if (await isUnreadable(place.folder, one)) skipped.push({ path: one, why: "unreadable" });
      else readable.push(one);
    }
    if (readable.length === paths.length) throw error;
    // What cannot be read now must not stay in the index as it was once.
    await removeFromIndex(
      place,
      paths.filter((one) => !readable.includes(one)),
      signal,
    );
    if (readable.length > 0) await run(readable);
  }
}

/** Without a look at the disk: a path that is gone may lie behind a link now, which git would refuse to look at. */
async function removeFromIndex(place: GitPlace, paths: readonly string[], signal?: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  const input = paths.map((one) => `${one}\0`).join("");
  await runGit(place, ["update-index", "--force-remove", "-z", "--stdin"], { signal, input });
}

async function isUnreadable(folder: string, inside: string): Promise<boolean> {
  const found = await lstat(onDisk(folder, inside)).catch(() => undefined);
  if (!found?.isFile()) return false;
  return access(onDisk(folder, inside), constants.R_OK).then(
    () => false,
    () => true,
  );
}

import { cp, mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { readAt } from "./folder-tree.ts";
import type { Objects } from "./objects.ts";
import { gitObject } from "./pack.ts";
import { listSnapshots } from "./records.ts";
import { exitOf, runGit, zeroSeparated, type GitPlace } from "./run-git.ts";

/** Milliseconds that reading a damaged pack may take. */
const LONGEST = 600_000;

/** How git says that the disk did not take an object. */
const NOT_WRITTEN = /failed to write|unable to (?:write|create)/;

const PACKS = "objects/pack";

/** Moves files of a store to a folder where they are kept; git no longer sees them. Paths are relative to the store. */
export async function putAside({ store }: GitPlace, aside: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const [from, to] = [path.join(store, name), path.join(aside, name)];
    await mkdir(path.dirname(to), { recursive: true, mode: 0o700 });
    // Git's own files may not be written, which is no matter to moving them.
    await rename(from, to).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return;
      if (error.code !== "EXDEV") throw error;
      await cp(from, to);
      await rm(from, { force: true });
    });
  }
}

/** Puts a broken pack aside, with all that belongs to it. */
export async function putPackAside(place: GitPlace, aside: string, pack: string): Promise<void> {
  const names = (await readdir(path.join(place.store, PACKS))).filter((name) => name.startsWith(`${pack}.`));
  await putAside(
    place,
    aside,
    names.map((name) => `${PACKS}/${name}`),
  );
}

/**
 * Takes every object that can still be read out of the packs that were put aside. What is there already stays. Rejects with
 * `unavailable` when git or the disk fails: whatever can be read may not have been taken out then.
 */
export async function unpackAside(place: GitPlace, aside: string): Promise<void> {
  const folder = path.join(aside, PACKS);
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    if (!name.endsWith(".pack")) continue;
    const call = { inputFile: path.join(folder, name), timeout: LONGEST, inBackground: true };
    // Where only the index was broken, all of it.
    const whole = await runGit(place, ["index-pack", "--stdin"], call).then(
      () => true,
      () => false,
    );
    if (whole) continue;
    await runGit(place, ["unpack-objects", "-r", "-q"], call).catch((error: unknown) => {
      // It ends with a failure, having written what it could; unless that was its fault or the disk's, not the pack's.
      if (exitOf(error) === undefined || NOT_WRITTEN.test((error as Error).message)) throw error;
    });
  }
}

/** Keeps what is missing again, as far as files of the folder still hold it; how many contents that were. */
export async function takeFromFolder(place: GitPlace, objects: Objects, missing: ReadonlySet<string>): Promise<number> {
  const found = new Set<string>();
  // Under one name there may be two: our index can be ahead of the newest snapshot.
  for (const { hash, name } of await named(place)) {
    if (!missing.has(hash) || found.has(hash)) continue;
    const content = await readAt(place.folder, name);
    if (!content || gitObject("blob", content.bytes, objects.format).hash !== hash) continue;
    await objects.put(content.bytes);
    found.add(hash);
  }
  return found.size;
}

/** Every content that our index or a snapshot has under a name. */
async function named(place: GitPlace): Promise<{ hash: string; name: string }[]> {
  const lists = [await runGit(place, ["ls-files", "-s", "-z"]).catch(() => "")];
  const [newest] = await listSnapshots(place);
  if (newest)
    lists.push(await runGit(place, ["ls-tree", "-r", "-z", "--full-tree", newest.snapshot.id]).catch(() => ""));
  return zeroSeparated(lists.join("")).flatMap((line) => {
    const [, hash, name] = /^\d+ (?:blob )?([0-9a-f]{40,64})(?: \d)?\t([^]*)$/.exec(line) ?? [];
    return hash === undefined || name === undefined ? [] : [{ hash, name }];
  });
}

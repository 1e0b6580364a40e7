import { readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { LAST } from "./records.ts";
import { runGit, type GitPlace } from "./run-git.ts";

/** What is not finished yet, by its path in the store. */
const HALF_WRITTEN = /^(objects\/pack\/\.?tmp[_-][^/]*|rules-[^/]*|[^/]*\.lock|refs\/.*\.lock)$/;

/**
 * Clears away what a process that was killed, or a loss of power, left half done: files nobody finished, snapshots that were
 * never acknowledged because only their name was written down, an index that cannot be read. Only while nobody works on the
 * store.
 */
export async function clearAfterKill(place: GitPlace): Promise<void> {
  await removeBrokenRefs(place);
  await renewIndex(place);
}

/** Deletes what is not finished yet. Only while nobody works on the store. */
export async function removeHalfWritten(place: GitPlace): Promise<void> {
  for (const name of await halfWritten(place)) await rm(path.join(place.store, name), { recursive: true, force: true });
}

/** What is not finished yet, relative to the store. While somebody works on it, that may be their work. */
export async function halfWritten({ store }: GitPlace): Promise<string[]> {
  const names = await readdir(store);
  for (const [folder, recursive] of [
    ["objects/pack", false],
    ["refs", true],
  ] as const)
    for (const name of await listed(path.join(store, folder), recursive)) names.push(`${folder}/${name}`);
  return names.filter((name) => HALF_WRITTEN.test(name));
}

/** A git of the process that was killed may still be at its last step, and take away a folder as it is read. */
async function listed(folder: string, recursive: boolean): Promise<string[]> {
  const read = () => readdir(folder, { recursive });
  return (await read().catch(read)).map((name) => name.replaceAll(path.sep, "/"));
}

async function removeBrokenRefs(place: GitPlace): Promise<void> {
  const lines = await runGit(place, ["for-each-ref", "--format=%(objectname) %(refname)"]);
  const input = lines.replace(/^0+ /gm, "none ");
  // "<type> <refname>", or "<hash> missing".
  const found = await runGit(place, ["cat-file", "--batch-check=%(objecttype) %(rest)"], { input });
  const whole = new Set(found.split("\n").flatMap((line) => /^(?:commit|tree) (.*)$/.exec(line)?.[1] ?? []));
  for (const name of await listed(path.join(place.store, "refs"), true)) {
    const file = path.join(place.store, "refs", name);
    if (whole.has(`refs/${name}`) || (await stat(file).catch(() => undefined))?.isFile() !== true) continue;
    await rm(file, { force: true });
  }
}

/** From the last snapshot; without what git knew of the files on disk, so that the next look reads all of them. */
async function renewIndex(place: GitPlace): Promise<void> {
  const readable = await runGit(place, ["update-index"]).then(
    () => true,
    () => false,
  );
  if (readable) return;
  await rm(path.join(place.store, "snap.index"), { force: true });
  const last = await runGit(place, ["for-each-ref", LAST]);
  // Without one to begin with, everything is read anew.
  if (last !== "") await runGit(place, ["read-tree", LAST]).catch(() => "");
}

import { readdir, rm } from "node:fs/promises";
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
export async function repair(place: GitPlace): Promise<void> {
  await removeHalfWritten(place);
  await removeBrokenRefs(place);
  await renewIndex(place);
}

async function removeHalfWritten({ store }: GitPlace): Promise<void> {
  const names = await readdir(store);
  for (const [folder, recursive] of [
    ["objects/pack", false],
    ["refs", true],
  ] as const)
    for (const name of await readdir(path.join(store, folder), { recursive })) names.push(`${folder}/${name}`);
  for (const name of names)
    if (HALF_WRITTEN.test(name)) await rm(path.join(store, name), { recursive: true, force: true });
}

async function removeBrokenRefs(place: GitPlace): Promise<void> {
  const lines = await runGit(place, ["for-each-ref", "--format=%(objectname) %(refname)"]);
  const input = lines.replace(/^0+ /gm, "none ");
  // "<type> <refname>", or "<hash> missing".
  const found = await runGit(place, ["cat-file", "--batch-check=%(objecttype) %(rest)"], { input });
  const whole = new Set(found.split("\n").flatMap((line) => /^(?:commit|tree) (.*)$/.exec(line)?.[1] ?? []));
  const files = (await readdir(path.join(place.store, "refs"), { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile(),
  );
  for (const { parentPath, name } of files) {
    const file = path.join(parentPath, name);
    if (!whole.has(path.relative(place.store, file).replaceAll(path.sep, "/"))) await rm(file, { force: true });
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
  if (last !== "") await runGit(place, ["read-tree", LAST]);
}

import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { runGit, type GitPlace } from "./run-git.ts";

/**
 * Clears away what a process that was killed, or a loss of power, left half done: files nobody finished, and snapshots that
 * were never acknowledged, of which the name was written down and the rest was not. Only while nobody works on the store.
 */
export async function repair(place: GitPlace): Promise<void> {
  await removeHalfWritten(place);
  const lines = await runGit(place, ["for-each-ref", "--sort=refname", "--format=%(objectname) %(refname)"]);
  const refs = lines.split("\n").slice(0, -1);
  const input = refs.map((line) => `${line}\n`).join("");
  // "<hash> commit <refname>", or "<hash> missing".
  const found = await runGit(place, ["cat-file", "--batch-check=%(objecttype) %(rest)"], { input });
  const whole = found.split("\n").flatMap((line) => /^(?:commit|tree) (.*)$/.exec(line)?.[1] ?? []);
  const broken = refs.filter((line) => !whole.includes(line.slice(line.indexOf(" ") + 1)));
  if (broken.length === 0) return;
  const names = broken.map((line) => line.slice(line.indexOf(" ") + 1));
  await Promise.all(names.map((name) => rm(path.join(place.store, name), { force: true })));
}

/** Removes what a process that was killed left half written. Only while nobody writes. */
export async function removeHalfWritten({ store }: GitPlace): Promise<void> {
  const folder = path.join(store, "objects/pack");
  const files = await readdir(folder).catch(() => []);
  await Promise.all(
    files
      .filter((name) => name.startsWith("tmp_") || name.startsWith(".tmp-"))
      .map((name) => rm(path.join(folder, name), { force: true })),
  );
}

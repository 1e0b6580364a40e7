import { stat, utimes } from "node:fs/promises";
import path from "node:path";
import type { GitPlace } from "./run-git.ts";

/** Seconds. Clocks of files and of programs are not quite the same one. */
const MARGIN_S = 2;
/** Seconds: nothing of ours that writes the index lasts longer. */
const LONGEST_S = 300;

/**
 * Lets git write our index, and leaves the index as old as what it says. Git takes a folder or file for unchanged when its
 * time is that of the index's record, in whole seconds, and trusts that unless the index is no younger than the change. An
 * index that is written later than the folder was looked at would so hide what came into it in between.
 * `looks`: the folder is looked at anew by this; otherwise the index says what it said before.
 */
export async function keepingAge<T>(place: GitPlace, looks: boolean, write: () => Promise<T>): Promise<T> {
  const index = path.join(place.store, "snap.index");
  const before = await stat(index).catch(() => undefined);
  const began = Date.now() / 1000 - MARGIN_S;
  const age = looks || !before ? began : before.mtimeMs / 1000;
  try {
    return await write();
  } finally {
    const after = await stat(index).catch(() => undefined);
    if (after && (after.ino !== before?.ino || after.mtimeMs !== before.mtimeMs)) await utimes(index, age, age);
  }
}

/** After a crash the index may have been written and not been given its age. */
export async function doubtAge(place: GitPlace): Promise<void> {
  const index = path.join(place.store, "snap.index");
  const found = await stat(index).catch(() => undefined);
  const age = found && found.mtimeMs / 1000 - LONGEST_S;
  if (age !== undefined) await utimes(index, age, age);
}

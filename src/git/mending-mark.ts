import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { syncFolder, writeSynced } from "./durable.ts";
import { textOf } from "./repository.ts";
import type { GitPlace } from "./run-git.ts";

/*
 * A broken pack is moved away before what is whole in it is taken out, so a kill in between leaves a store that lacks all of
 * it. The mark says where it lies, and that mending is to go on.
 */

const markOf = ({ store }: GitPlace): string => path.join(store, "mending");

/** Folder to which a mending that was not finished has put what is broken; undefined when none was begun. */
export async function mendingInto(place: GitPlace): Promise<string | undefined> {
  const name = (await textOf(markOf(place))).trim();
  return name === "" ? undefined : path.join(path.dirname(place.store), name, path.basename(place.store));
}

/** Makes a folder for what is broken, beside the store, and marks it. */
export async function beginMending(place: GitPlace, now: Date): Promise<string> {
  const name = `damaged-${now.toISOString().replaceAll(/[:.]/g, "-")}`;
  const aside = path.join(path.dirname(place.store), name, path.basename(place.store));
  await mkdir(aside, { recursive: true, mode: 0o700 });
  await writeSynced(markOf(place), name);
  await syncFolder(place.store);
  return aside;
}

/** Takes the mark away: what was moved is no longer needed. */
export async function endMending(place: GitPlace): Promise<void> {
  await rm(markOf(place), { force: true });
}

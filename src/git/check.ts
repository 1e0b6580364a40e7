import { lstat, readdir } from "node:fs/promises";
import path from "node:path";
import type { StoreCheck } from "../core/ports/snapshots.ts";
import { damageOf } from "./damage.ts";
import { unreadable } from "./mend.ts";
import { neededSize } from "./prune.ts";
import { halfWritten } from "./after-kill.ts";
import { exitOf, runGit, type GitPlace, type HashFormat } from "./run-git.ts";

/** Milliseconds after which what is not finished never will be. */
const LEFT = 3_600_000;
/** A store is too large from so many bytes on, when it takes so many times what is needed. */
const LARGE = { bytes: 1_000_000_000, times: 3 };
/** Files looked at together. */
const AT_ONCE = 64;

/** Reads a whole store and says what is wrong. Changes nothing. What it finds is certain only while nobody works on it. */
export async function checkStore(place: GitPlace, format: HashFormat): Promise<StoreCheck> {
  const bytes = await sizeOf(place.store);
  try {
    const problems = [...(await brokenIn(place, format)), ...(await leftIn(place)), ...(await tooLarge(place, bytes))];
    const refs = await runGit(place, ["for-each-ref", "--format=%(refname)", "refs/snap/at"]);
    return { snapshots: refs.split("\n").length - 1, bytes, problems };
  } catch (error) {
    if (exitOf(error) === undefined) throw error;
    return { snapshots: 0, bytes, problems: [(error as Error).message.replace(/\.$/, "")] };
  }
}

async function brokenIn(place: GitPlace, format: HashFormat): Promise<string[]> {
  const { packs, objects, missing } = await damageOf(place, format);
  const cut = (await unreadable(place)).length;
  return [
    ...(packs.length + objects.length > 0
      ? [`${count(packs.length, "pack")} and ${count(objects.length, "object")} are not what they were written as`]
      : []),
    ...(missing.length > 0 ? [`${count(missing.length, "content")} of snapshots are missing`] : []),
    ...(cut > 0 ? [`${count(cut, "snapshot")} cannot be read`] : []),
  ];
}

async function leftIn(place: GitPlace): Promise<string[]> {
  const found = await Promise.all(
    (await halfWritten(place)).map((name) => lstat(path.join(place.store, name)).catch(() => undefined)),
  );
  const old = found.filter((one) => one && Date.now() - one.mtimeMs > LEFT).length;
  return old > 0 ? [`${count(old, "file")} were left half-written`] : [];
}

async function tooLarge(place: GitPlace, bytes: number): Promise<string[]> {
  if (bytes < LARGE.bytes) return [];
  const needed = await neededSize(place);
  const megabytes = (size: number) => `${Math.round(size / 1_000_000)} MB`;
  return bytes > needed * LARGE.times ? [`it takes ${megabytes(bytes)}, of which ${megabytes(needed)} are needed`] : [];
}

async function sizeOf(folder: string): Promise<number> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  let bytes = 0;
  for (let at = 0; at < found.length; at += AT_ONCE)
    for (const one of await Promise.all(
      found
        .slice(at, at + AT_ONCE)
        .map((entry) => lstat(path.join(entry.parentPath, entry.name)).catch(() => undefined)),
    ))
      bytes += one?.isFile() ? one.size : 0;
  return bytes;
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}

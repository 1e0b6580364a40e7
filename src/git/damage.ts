import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { inflate } from "node:zlib";
import { createHash } from "node:crypto";
import { mendingInto } from "./mending-mark.ts";
import { LAST } from "./records.ts";
import { textOf } from "./repository.ts";
import { exitOf, runGit, type GitPlace, type HashFormat } from "./run-git.ts";

const expand = promisify(inflate);

/** Milliseconds that reading all of a store may take. */
const LONGEST = 600_000;
/** Loose objects read at once. */
const AT_ONCE = 4;

/** What is wrong with the contents of a store. All empty: nothing. */
export interface Damage {
  /** Packs, by their names without ending, that do not hold what their names say, or have no index. */
  packs: string[];
  /** Files of single objects, relative to the store, that do not hold what their names say. */
  objects: string[];
  /** Hashes of what snapshots, or our index, consist of and the store does not have. */
  missing: string[];
}

/** Whether nothing is wrong. */
export function isSound({ packs, objects, missing }: Damage): boolean {
  return packs.length + objects.length + missing.length === 0;
}

/**
 * Whether everything the newest snapshot consists of is there; contents of files are not read. Rejects with `unavailable`
 * when git could not look.
 */
export async function isWhole(place: GitPlace): Promise<boolean> {
  if ((await mendingInto(place)) !== undefined) return false;
  try {
    const refs = await runGit(place, ["for-each-ref", "--format=%(objectname)"]);
    // "<hash> missing".
    const there = await runGit(place, ["cat-file", "--batch-check"], { input: refs });
    if (/ missing$/m.test(there)) return false;
    const missing = await missingOf(place, [LAST]);
    if (missing.length === 0) return true;
    const given = new Set(await givenUp(place));
    return missing.every((hash) => given.has(hash));
  } catch (error) {
    if (exitOf(error) === undefined) throw error;
    return false;
  }
}

/**
 * Reads everything in a store and compares it with its name. Only while nobody works on it. Rejects with `unavailable` when
 * git could not look.
 */
export async function damageOf(place: GitPlace, format: HashFormat): Promise<Damage> {
  const packs = await brokenPacks(place);
  const objects = await brokenObjects(place, format);
  const missing = await missingOf(place, ["--all", "--indexed-objects"]).catch(() => missingOneByOne(place));
  const given = new Set(await givenUp(place));
  return { packs, objects, missing: missing.filter((hash) => !given.has(hash)) };
}

/** Hashes that an earlier mending could not find again: they are not told a second time. */
export async function givenUp({ store }: GitPlace): Promise<string[]> {
  return (await textOf(path.join(store, GIVEN_UP))).split("\n").filter((line) => line !== "");
}

/** Where a store keeps which contents are lost for good, a hash a line. */
export const GIVEN_UP = "lost";

/** What snapshots consist of and the store does not have. Rejects when a folder's tree is there but cannot be read. */
async function missingOf(place: GitPlace, of: readonly string[]): Promise<string[]> {
  if ((await runGit(place, ["for-each-ref", "--count=1", "--format=%(refname)"])) === "") return [];
  const args = ["rev-list", "--objects", "--no-object-names", "--missing=print", ...of, "--"];
  const lines = await runGit(place, args, { timeout: LONGEST });
  return lines.split("\n").flatMap((line) => (line.startsWith("?") ? [line.slice(1)] : []));
}

/** The same, where some cannot be walked through; of those it is not said what they lack. */
export async function missingOneByOne(place: GitPlace): Promise<string[]> {
  const refs = (await runGit(place, ["for-each-ref", "--format=%(refname)"])).split("\n").slice(0, -1);
  const missing = new Set<string>();
  for (const ref of refs) for (const hash of await missingOf(place, [ref]).catch(() => [])) missing.add(hash);
  return [...missing];
}

/** Git compares a pack with its name, and each object in it with its own. */
async function brokenPacks(place: GitPlace): Promise<string[]> {
  const folder = path.join(place.store, "objects/pack");
  const names = await readdir(folder).catch(() => [] as string[]);
  const broken: string[] = [];
  for (const name of new Set(names.flatMap((each) => /^(pack-[0-9a-f]+)\.(?:pack|idx)$/.exec(each)?.[1] ?? []))) {
    const check = ["verify-pack", path.join(folder, `${name}.idx`)];
    await runGit(place, check, { timeout: LONGEST, inBackground: true }).catch((error: unknown) => {
      // Anything else says nothing about the pack: git was not started, say, or had no memory.
      if (exitOf(error) !== 1) throw error;
      broken.push(name);
    });
  }
  return broken;
}

async function brokenObjects({ store }: GitPlace, format: HashFormat): Promise<string[]> {
  const names = await readdir(path.join(store, "objects"), { recursive: true }).catch(() => [] as string[]);
  const objects = names.filter((name) => /^[0-9a-f]{2}[/\\][0-9a-f]{38,62}$/.test(name));
  const broken: string[] = [];
  for (let at = 0; at < objects.length; at += AT_ONCE)
    await Promise.all(
      objects.slice(at, at + AT_ONCE).map(async (name) => {
        const file = path.join(store, "objects", name);
        // One that cannot be read for want of memory or descriptors is not broken.
        const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT" || error.code === "EIO") return Buffer.alloc(0);
          throw error;
        });
        const hash = await expand(bytes)
          .then((content) => createHash(format).update(content).digest("hex"))
          .catch(() => "");
        // One that is gone meanwhile was packed, or pruned.
        if (hash !== name.replace(/[/\\]/, "") && (await stat(file).catch(() => undefined)))
          broken.push(path.join("objects", name));
      }),
    );
  return broken;
}

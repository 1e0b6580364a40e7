import { rm, stat } from "node:fs/promises";
import path from "node:path";
import { syncFolder } from "./durable.ts";
import { writeRefs } from "./records.ts";
import { runGit, type GitPlace } from "./run-git.ts";

/** Trees that somebody was told of before any snapshot held them. */
const SEEN = "refs/snap/seen";
/** How often what came meanwhile is copied beside other work, before the others have to wait for it. */
const PATIENT = 5;
/** Milliseconds the copying may take: it gives way to everything, and a repository may be large. */
const LONGEST = 1_800_000;

/** Runs something while nobody else works on the store. */
export type Alone = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Copies every borrowed object that a snapshot needs, and borrows no more: from then on the person's repository may vanish.
 * Snapshots go on meanwhile; only the last step is `alone`, and short. Ended at any moment, it leaves a store that still
 * borrows, and can be begun again.
 */
export async function detach(place: GitPlace, alone: Alone, signal: AbortSignal): Promise<void> {
  const copied = new Set<string>();
  let done = !(await isBorrowing(place));
  for (let round = 0; !done; round++) {
    const wanted = await heldBy(place);
    await copy(place, wanted, copied, signal);
    done = await alone(async () => {
      const last = await heldBy(place);
      if (round < PATIENT && last.some((one) => !copied.has(one))) return false;
      await copy(place, last, copied, signal);
      await syncFolder(path.join(place.store, "objects/pack"));
      await rm(alternatesOf(place), { force: true });
      await runGit(place, ["update-ref", "--stdin"], { input: await deletions(place, SEEN) });
      return true;
    });
  }
}

/**
 * As long as the store borrows, what somebody was told of it holds must be among the copied, snapshot or not: git takes what
 * the person's repository has for kept.
 */
export async function holdWhileBorrowing(place: GitPlace, tree: string): Promise<void> {
  if (await isBorrowing(place)) await writeRefs(place, [`${SEEN}/${tree}`], tree);
}

/** From which repository's objects the store borrows, a path a line. */
export function alternatesOf({ store }: GitPlace): string {
  return path.join(store, "objects/info/alternates");
}

async function isBorrowing(place: GitPlace): Promise<boolean> {
  return (await stat(alternatesOf(place)).catch(() => undefined)) !== undefined;
}

async function heldBy(place: GitPlace): Promise<string[]> {
  return [...new Set((await runGit(place, ["for-each-ref", "--format=%(objectname)"])).split("\n").slice(0, -1))];
}

async function copy(
  place: GitPlace,
  wanted: readonly string[],
  copied: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const fresh = wanted.filter((one) => !copied.has(one));
  if (fresh.length === 0) return;
  const input = [...fresh, ...[...copied].map((one) => `^${one}`)].map((one) => `${one}\n`).join("");
  // No search for similar contents: that takes longest, and what the person's repository has packed is taken as it is.
  const args = ["pack-objects", "--revs", "--non-empty", "--window=0", "--threads=1", "-q"];
  const target = path.join(place.store, "objects/pack/pack");
  await runGit(place, [...args, target], { input, signal, timeout: LONGEST, inBackground: true });
  for (const one of fresh) copied.add(one);
}

async function deletions(place: GitPlace, below: string): Promise<string> {
  return runGit(place, ["for-each-ref", "--format=delete %(refname)", below]);
}

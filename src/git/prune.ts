import type { PruneLimits } from "../core/ports/snapshots.ts";
import { listSnapshots } from "./records.ts";
import { runGit, type GitPlace } from "./run-git.ts";

/** Contents younger than this stay even when nothing refers to them yet: somebody may be about to. */
const GRACE = "1.hour.ago";

/** Forgets snapshots beyond the limits, then what only they held. `keep`: contents that are needed otherwise. */
export async function prune(
  place: GitPlace,
  { newest, age, size }: PruneLimits,
  keep: Iterable<string>,
): Promise<string[]> {
  await anchor(place, keep);
  const all = await listSnapshots(place);
  const old = all.slice(Math.max(1, newest));
  const limit = Date.now() - age;
  const aged = old.filter(({ snapshot }) => Date.parse(snapshot.at) < limit);
  await forget(place, aged);
  const forgotten = [...aged];
  let rest = old.filter((one) => !aged.includes(one));
  // Only after packing is it known how much a snapshot took, so the older half goes until it fits.
  while (rest.length > 0 && (await sizeOf(place)) > size) {
    const half = rest.slice(Math.floor(rest.length / 2));
    rest = rest.slice(0, Math.floor(rest.length / 2));
    await forget(place, half);
    forgotten.push(...half);
  }
  return forgotten.map(({ snapshot }) => snapshot.id);
}

async function forget(place: GitPlace, snapshots: readonly { ref: string }[]): Promise<void> {
  if (snapshots.length > 0)
    await runGit(place, ["update-ref", "--stdin"], { input: snapshots.map(({ ref }) => `delete ${ref}\n`).join("") });
  await runGit(place, ["repack", "-a", "-d", "-l", "-q"], { timeout: 600_000 });
  await runGit(place, ["prune", `--expire=${GRACE}`], { timeout: 600_000 });
}

/** Holds contents by a ref of their own. Those the store does not have cannot be held. */
async function anchor(place: GitPlace, keep: Iterable<string>): Promise<void> {
  const hashes = [...new Set(keep)].sort();
  const entries = hashes.map((hash) => `100644 blob ${hash}\t${hash}\0`).join("");
  const tree = (await runGit(place, ["mktree", "-z", "--missing"], { input: entries })).trim();
  const commit = (await runGit(place, ["commit-tree", tree], { input: "kept" })).trim();
  await runGit(place, ["update-ref", "refs/snap/kept", commit]);
}

/** Bytes of all objects. */
async function sizeOf(place: GitPlace): Promise<number> {
  const counted = await runGit(place, ["count-objects", "-v"]);
  const kilobytes = (name: string) => Number(new RegExp(`^${name}: (\\d+)$`, "m").exec(counted)?.[1] ?? 0);
  return 1024 * (kilobytes("size") + kilobytes("size-pack"));
}

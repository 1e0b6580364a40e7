import type { PruneLimits } from "../core/ports/snapshots.ts";
import { listSnapshots } from "./records.ts";
import { runGit, type GitPlace } from "./run-git.ts";

/** Contents younger than this stay even when nothing refers to them yet: somebody may be about to. */
const GRACE = "1.hour.ago";
/** Milliseconds that freeing may take: it gives way to everything. */
const LONGEST = 1_800_000;

/** Forgets snapshots beyond the limits. `keep`: contents that are needed otherwise. What only the forgotten held is still there. */
export async function forget(
  place: GitPlace,
  { newest, age, size }: PruneLimits,
  keep: Iterable<string>,
): Promise<string[]> {
  await anchor(place, keep);
  const all = await listSnapshots(place);
  const old = all.slice(Math.max(1, newest));
  const limit = Date.now() - age;
  const aged = old.filter(({ snapshot }) => Date.parse(snapshot.at) < limit);
  await deleteRefs(place, aged);
  const forgotten = [...aged];
  let rest = old.filter((one) => !aged.includes(one));
  // How much a snapshot takes alone cannot be told, so the older half goes until the others fit.
  while (rest.length > 0 && (await neededSize(place)) > size) {
    const half = rest.slice(Math.floor(rest.length / 2));
    rest = rest.slice(0, Math.floor(rest.length / 2));
    await deleteRefs(place, half);
    forgotten.push(...half);
  }
  return forgotten.map(({ snapshot }) => snapshot.id);
}

/**
 * Frees what nothing refers to. Beside other work: what was written lately stays, because a snapshot that is being taken
 * does not refer to it yet.
 */
export async function free(place: GitPlace, signal: AbortSignal): Promise<void> {
  const call = { timeout: LONGEST, inBackground: true, signal };
  await runGit(place, ["repack", "-A", "-d", "-l", "-q", `--unpack-unreachable=${GRACE}`], call);
  await runGit(place, ["prune", `--expire=${GRACE}`], call);
}

async function deleteRefs(place: GitPlace, snapshots: readonly { ref: string }[]): Promise<void> {
  const input = snapshots.map(({ ref }) => `delete ${ref}\n`).join("");
  if (input !== "") await runGit(place, ["update-ref", "--stdin"], { input });
}

/** Holds contents by a ref of their own. Those the store does not have cannot be held. */
async function anchor(place: GitPlace, keep: Iterable<string>): Promise<void> {
  const wanted = [...new Set(keep)].map((hash) => `${hash}\n`).join("");
  const listed = await runGit(place, ["cat-file", "--batch-check=%(objecttype) %(objectname)"], { input: wanted });
  const hashes = listed.split("\n").flatMap((line) => /^blob (\S+)$/.exec(line)?.[1] ?? []);
  const entries = hashes.sort().map((hash) => `100644 blob ${hash}\t${hash}\0`);
  const tree = (await runGit(place, ["mktree", "-z"], { input: entries.join("") })).trim();
  const commit = (await runGit(place, ["commit-tree", tree], { input: "kept" })).trim();
  await runGit(place, ["update-ref", "refs/snap/kept", commit]);
}

/** Bytes that all snapshots, our index and what is kept otherwise take on disk together. */
export async function neededSize(place: GitPlace): Promise<number> {
  return Number(await runGit(place, ["rev-list", "--all", "--objects", "--indexed-objects", "--disk-usage"]));
}

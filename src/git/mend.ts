import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StoreMended } from "../core/ports/snapshots.ts";
import { damageOf, GIVEN_UP, givenUp, isSound, missingOneByOne } from "./damage.ts";
import { syncFolder } from "./durable.ts";
import { beginMending, endMending, mendingInto } from "./mending-mark.ts";
import { Objects } from "./objects.ts";
import { LAST, listSnapshots, writeRefs, writeTree } from "./records.ts";
import { exitOf, runGit, type GitPlace, type HashFormat } from "./run-git.ts";
import { keepSkeleton } from "./skeleton.ts";
import { putAside, putPackAside, takeFromFolder, unpackAside } from "./salvage.ts";

/**
 * Mends what can be mended of a damaged store: takes whole objects out of broken packs, makes folders' trees anew from our
 * index, and takes contents that are missing from the files that still hold them. Snapshots that cannot be read any more are
 * no longer listed. What is broken, and a list of those, is kept in `damaged-<time>` beside the store; killed in between, it
 * can be done again. Only while nobody works on the store. Undefined: nothing was wrong. Rejects with `unavailable` when git
 * or the disk fails.
 */
export async function mend(place: GitPlace, format: HashFormat, now: Date): Promise<StoreMended | undefined> {
  const rewritten = (await keepSkeleton(place, format)).length;
  const damage = await damageOf(place, format);
  const begun = await mendingInto(place);
  if (begun === undefined && isSound(damage) && (await unreadable(place)).length === 0)
    return rewritten === 0 ? undefined : { broken: rewritten, taken: 0, lost: 0, forgotten: [] };
  const aside = begun ?? (await beginMending(place, now));
  await putAside(place, aside, damage.objects);
  for (const pack of damage.packs) await putPackAside(place, aside, pack);
  await unpackAside(place, aside);
  // What our index holds is the newest snapshot, or nearly so.
  await writeTree(place).catch(() => "");
  const forgotten = await forgetUnreadable(place, aside);
  const objects = new Objects(place, format);
  let taken: number;
  try {
    taken = await takeFromFolder(place, objects, new Set(await missingNow(place)));
  } finally {
    objects.close();
  }
  const given = new Set(await givenUp(place));
  const lost = (await missingNow(place)).filter((hash) => !given.has(hash));
  await appendFile(path.join(place.store, GIVEN_UP), lost.map((hash) => `${hash}\n`).join(""), { mode: 0o600 });
  await syncFolder(place.store);
  await endMending(place);
  return {
    broken: rewritten + damage.packs.length + damage.objects.length,
    taken,
    lost: lost.length,
    forgotten,
    aside: path.dirname(aside),
  };
}

async function missingNow(place: GitPlace): Promise<string[]> {
  const ofIndex = await runGit(place, ["ls-files", "-s"]).catch(() => "");
  const hashes = [...new Set(ofIndex.match(/(?<=^\d+ )[0-9a-f]+/gm) ?? [])].map((hash) => `${hash}\n`).join("");
  const there = await runGit(place, ["cat-file", "--batch-check"], { input: hashes });
  return [
    ...new Set([
      ...(await missingOneByOne(place)),
      ...[...there.matchAll(/^([0-9a-f]+) missing$/gm)].map(([, hash = ""]) => hash),
    ]),
  ];
}

/** Refs of which git cannot tell what they hold. Rejects with `unavailable` when git could not look. */
export async function unreadable(place: GitPlace): Promise<string[]> {
  const lines = (await runGit(place, ["for-each-ref", "--format=%(objectname) %(refname)"])).split("\n").slice(0, -1);
  const bad: string[] = [];
  for (const line of lines) {
    const [id = "", ref = ""] = line.split(" ");
    // Walks through every folder of it, and through no file.
    await runGit(place, ["ls-tree", "-r", "-t", "-z", "--full-tree", id]).catch((error: unknown) => {
      if (exitOf(error) === undefined) throw error;
      bad.push(ref);
    });
  }
  return bad;
}

/** Takes refs to what cannot be read away, having written them down; ids of the snapshots among them. */
async function forgetUnreadable(place: GitPlace, aside: string): Promise<string[]> {
  const forgotten: string[] = [];
  for (const ref of await unreadable(place)) {
    const file = path.join(place.store, ref);
    const id = (await readFile(file, "utf8").catch(() => "")).trim();
    await writeFile(path.join(aside, "refs.txt"), `${id} ${ref}\n`, { flag: "a", mode: 0o600 });
    await rm(file, { force: true });
    if (ref.startsWith("refs/snap/at/")) forgotten.push(id);
  }
  const [newest] = await listSnapshots(place);
  if (newest && (await runGit(place, ["for-each-ref", "--format=%(refname)", LAST])) === "")
    await writeRefs(place, [LAST], newest.snapshot.id);
  return forgotten;
}

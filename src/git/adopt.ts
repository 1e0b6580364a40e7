import { mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { ClustrError } from "../contract/error.ts";
import { writeSynced } from "./durable.ts";
import { makePrivate } from "./private-store.ts";
import { LAST } from "./records.ts";
import { repositoryOf, textOf } from "./repository.ts";
import { runGit } from "./run-git.ts";
import { configOf, RAW } from "./settings.ts";
import { markReady } from "./skeleton.ts";

/** Milliseconds; it reads every content once. */
const LONGEST = 1_800_000;

/**
 * Makes objects and refs that came from elsewhere a store of snapshots of a folder. Its settings are our own, whatever lies
 * beside; packs are indexed anew, and every object is compared with its name, before it counts as a store. Rejects with
 * `unavailable` when something does not fit; the folder is then the caller's to delete.
 */
export async function adoptStore(store: string, folder: string): Promise<void> {
  const place = { store, folder };
  const format = await textOf(path.join(store, "ready"));
  if (format !== "sha1" && format !== "sha256")
    throw new ClustrError("unavailable", "They are no store of snapshots; the rest was taken over.");
  // Until it was checked it is none: a start in between makes a new one.
  await rm(path.join(store, "ready"));
  await writeSynced(path.join(store, "config"), configOf(await repositoryOf(folder), format));
  await mkdir(path.join(store, "info"), { mode: 0o700 });
  await writeSynced(path.join(store, "info/attributes"), RAW);
  await mkdir(path.join(store, "objects/pack"), { recursive: true, mode: 0o700 });
  await mkdir(path.join(store, "refs"), { recursive: true, mode: 0o700 });
  await writeSynced(path.join(store, "HEAD"), `ref: ${LAST}\n`);
  const packs = path.join(store, "objects/pack");
  for (const name of await readdir(packs).catch(() => [] as string[]))
    await runGit(place, ["index-pack", "--strict", path.join(packs, name)], { timeout: LONGEST });
  await runGit(place, ["fsck", "--full", "--no-dangling", "--no-reflogs"], { timeout: LONGEST });
  await runGit(place, ["read-tree", LAST]).catch(() => ""); // Without a last snapshot there is nothing to begin with.
  await makePrivate(store);
  await markReady(store, format);
}

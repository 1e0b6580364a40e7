import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { syncFolder, writeSynced } from "./durable.ts";
import { makePrivate } from "./private-store.ts";
import { LAST } from "./records.ts";
import { repositoryOf, textOf } from "./repository.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";
import { configOf, RAW } from "./settings.ts";

/** Without what stands here git takes the folder for no repository. Writes again what is gone or garbled, and names it. */
export async function keepSkeleton({ store, folder }: GitPlace, format: HashFormat): Promise<string[]> {
  const made: string[] = [];
  for (const name of ["objects/pack", "info", "refs/heads", "refs/snap/at"]) {
    const first = await mkdir(path.join(store, name), { recursive: true, mode: 0o700 });
    // A store without snapshots has no folder for them yet.
    if (first !== undefined && name !== "refs/snap/at") made.push(name);
  }
  if (!isConfig(await textOf(path.join(store, "config")), format)) {
    await writeSynced(path.join(store, "config"), configOf(await repositoryOf(folder), format));
    // Whether its files are private already was lost with it.
    await makePrivate(store);
    made.push("config");
  }
  for (const [name, text] of [
    ["HEAD", `ref: ${LAST}\n`],
    ["info/attributes", RAW],
  ] as const) {
    if ((await textOf(path.join(store, name))) === text) continue;
    await writeSynced(path.join(store, name), text);
    made.push(name);
  }
  return made;
}

/** From here on the folder counts as a store, after a loss of power as well: so its names are safe before its last file is. */
export async function markReady(store: string, format: HashFormat): Promise<void> {
  for (const folder of ["objects/info", "info", "."]) await syncFolder(path.join(store, folder));
  await writeSynced(path.join(store, "ready"), format);
  await syncFolder(store);
}

/**
 * How a store calls its contents, when it does not say so any more: as its snapshots are called. Undefined without any;
 * rejects when nobody can tell, since what is no store is deleted.
 */
export async function formatOf(store: string): Promise<HashFormat | undefined> {
  const folder = path.join(store, "refs/snap/at");
  for (const name of await readdir(folder).catch(none)) {
    const id = (await textOf(path.join(folder, name))).trim();
    if (/^[0-9a-f]{40}$/.test(id)) return "sha1";
    if (/^[0-9a-f]{64}$/.test(id)) return "sha256";
  }
  return undefined;
}

function none(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}

/** Whether every line is one that we write, and the ones that matter are there. */
function isConfig(text: string, format: HashFormat): boolean {
  const lines = text.split("\n");
  return (
    lines.every((line) => /^(\[[a-z]+\]|\t[A-Za-z]+ = [\w/]+)?$/.test(line)) &&
    lines.includes("\thooksPath = /dev/null") &&
    lines.includes("\tobjectFormat = sha256") === (format === "sha256")
  );
}

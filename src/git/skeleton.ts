import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { PRIVATE } from "./private-store.ts";
import { LAST } from "./records.ts";
import { repositoryOf, textOf } from "./repository.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";
import { configOf, RAW } from "./settings.ts";

const OURS = { mode: 0o600 };

/** Without what stands here git takes the folder for no repository. Writes again what is gone or garbled, and names it. */
export async function keepSkeleton({ store, folder }: GitPlace, format: HashFormat): Promise<string[]> {
  const made: string[] = [];
  for (const name of ["objects/pack", "info", "refs/heads", "refs/snap/at"]) {
    const first = await mkdir(path.join(store, name), { recursive: true, mode: 0o700 });
    // A store without snapshots has no folder for them yet.
    if (first !== undefined && name !== "refs/snap/at") made.push(name);
  }
  if (!isConfig(await textOf(path.join(store, "config")), format)) {
    await writeFile(
      path.join(store, "config"),
      `${configOf(await repositoryOf(folder), format)}[core]\n${PRIVATE}\n`,
      OURS,
    );
    made.push("config");
  }
  for (const [name, text] of [
    ["HEAD", `ref: ${LAST}\n`],
    ["info/attributes", RAW],
  ] as const) {
    if ((await textOf(path.join(store, name))) === text) continue;
    await writeFile(path.join(store, name), text, OURS);
    made.push(name);
  }
  return made;
}

/** How a store calls its contents, when it does not say so any more: as its snapshots are called. Undefined without any. */
export async function formatOf(store: string): Promise<HashFormat | undefined> {
  const folder = path.join(store, "refs/snap/at");
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const id = (await textOf(path.join(folder, name))).trim();
    if (/^[0-9a-f]{40}$/.test(id)) return "sha1";
    if (/^[0-9a-f]{64}$/.test(id)) return "sha256";
  }
  return undefined;
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

import { chmod, lstat, readdir, rename } from "node:fs/promises";
import path from "node:path";
import { writeSynced } from "./durable.ts";
import { textOf } from "./repository.ts";

/** The line of a store's config by which git makes files 0600 and folders 0700, whatever the person's umask says. */
export const PRIVATE = "\tsharedRepository = 0600";

/** Files looked at together. */
const AT_ONCE = 64;

/**
 * Makes a store private that an earlier version began: git's files there were as the umask had it. Their folder was and is
 * 0700, so nobody else got at them; but a copy elsewhere would show them. Does nothing in a store that is private already.
 */
export async function makePrivate(store: string): Promise<void> {
  const config = path.join(store, "config");
  if ((await textOf(config)).includes(PRIVATE)) return;
  const found = await readdir(store, { recursive: true, withFileTypes: true });
  for (let i = 0; i < found.length; i += AT_ONCE)
    await Promise.all(found.slice(i, i + AT_ONCE).map((entry) => tighten(path.join(entry.parentPath, entry.name))));
  // Last: cut short before, the next start does it again.
  await writeSynced(`${config}.lock`, `${await textOf(config)}[core]\n${PRIVATE}\n`);
  await rename(`${config}.lock`, config);
}

async function tighten(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (!found || found.isSymbolicLink() || (found.mode & 0o077) === 0) return;
  await chmod(file, found.mode & 0o700).catch(() => {});
}

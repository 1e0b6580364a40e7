import { constants, lstat, readFile, readlink, realpath } from "node:fs/promises";
import type { SnapshotChange } from "../core/ports/snapshots.ts";
import type { FileContent } from "../core/ports/tree.ts";
import type { Look } from "./look.ts";
import { gitObject, type GitObject } from "./pack.ts";
import { onDisk, parentOf } from "./paths.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";

/** Beyond any of these, git reads the files: it needs no memory for large ones. */
const MOST_FILES = 5_000;
const LARGEST = 8_000_000;
const ALL = 64_000_000;
/** How many files are read at once. */
const AT_ONCE = 32;

/** A few changed files, read by ourselves: how they are now, and their contents. */
export interface Changed {
  changes: SnapshotChange[];
  contents: GitObject[];
}

/**
 * Reads what a look found. Undefined when it is too much, or anything is not a plain file or link that can be read: then
 * git's own update of the index says what to make of it.
 */
export async function readChanged(
  { folder }: GitPlace,
  { gone, changed }: Look,
  format: HashFormat,
): Promise<Changed | undefined> {
  if (gone.length + changed.length > MOST_FILES) return undefined;
  if (!(await areInside(folder, changed))) return undefined;
  const changes: SnapshotChange[] = gone.map((path) => ({ path }));
  const contents: GitObject[] = [];
  let size = 0;
  for (let i = 0; i < changed.length; i += AT_ONCE) {
    const some = await Promise.all(changed.slice(i, i + AT_ONCE).map((path) => readOne(onDisk(folder, path))));
    for (const [j, one] of some.entries()) {
      if (!one) return undefined;
      const content = gitObject("blob", one.bytes, format);
      contents.push(content);
      changes.push({ path: changed[i + j] ?? "", after: { kind: one.kind, mode: one.mode, blob: content.hash } });
      size += one.bytes.length;
    }
    if (size > ALL) return undefined;
  }
  return { changes, contents };
}

async function readOne(name: Buffer): Promise<FileContent | undefined> {
  try {
    const found = await lstat(name);
    if (found.isSymbolicLink())
      return { kind: "link", mode: 0o644, bytes: await readlink(name, { encoding: "buffer" }) };
    if (!found.isFile() || found.size > LARGEST) return undefined;
    const flag = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    return { kind: "file", mode: found.mode & 0o100 ? 0o755 : 0o644, bytes: await readFile(name, { flag }) };
  } catch {
    return undefined;
  }
}

/** Whether no link leads the way to one of these paths. */
async function areInside(folder: string, paths: readonly string[]): Promise<boolean> {
  const parents = [...new Set(paths.map(parentOf))].filter((parent) => parent !== "");
  for (let i = 0; i < parents.length; i += AT_ONCE) {
    const some = parents.slice(i, i + AT_ONCE).map(async (parent) => {
      const real = await realpath(onDisk(folder, parent), { encoding: "buffer" }).catch(() => undefined);
      return real?.equals(onDisk(folder, parent)) ?? false;
    });
    if ((await Promise.all(some)).includes(false)) return false;
  }
  return true;
}

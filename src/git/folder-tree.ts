import { chmod, lstat, mkdir, open, readFile, readlink, realpath, rename, rm, rmdir, symlink } from "node:fs/promises";
import path from "node:path";
import type { FileContent } from "../core/ports/tree.ts";
import { isSafe, onDisk, parentOf } from "./paths.ts";

/** Bytes of a file that is read whole. */
const LARGEST = 200_000_000;

/** What lies at a path; undefined for nothing, for what is neither file nor link, and for what is too large. */
export async function readAt(folder: string, inside: string): Promise<FileContent | undefined> {
  if (!isSafe(inside) || !(await isInside(folder, inside))) return undefined;
  const name = onDisk(folder, inside);
  const found = await lstat(name).catch(() => undefined);
  if (found?.isSymbolicLink())
    return { kind: "link", mode: 0o644, bytes: await readlink(name, { encoding: "buffer" }) };
  if (!found?.isFile() || found.size > LARGEST) return undefined;
  return { kind: "file", mode: found.mode & 0o100 ? 0o755 : 0o644, bytes: await readFile(name) };
}

/**
 * Replaces what lies at a path if it is exactly `expected`: written beside it, then renamed, so that readers see the old or
 * the new. A file that stays a file keeps its permissions but for the executable bits; a new one gets what `umask` leaves.
 */
export async function swapAt(
  folder: string,
  inside: string,
  expected: FileContent | undefined,
  next: FileContent | undefined,
  umask: number,
): Promise<boolean> {
  if (!isSafe(inside) || !(await isInside(folder, inside))) return false;
  const now = await readAt(folder, inside);
  const name = onDisk(folder, inside);
  const there = await lstat(name).catch(() => undefined);
  if (!same(now, expected) || (there && !now)) return false;
  if (!next) {
    await rm(name, { force: true });
    await removeEmpty(folder, parentOf(inside));
    return true;
  }
  try {
    await mkdir(onDisk(folder, parentOf(inside)), { recursive: true });
  } catch {
    return false; // A file is where a folder would have to be.
  }
  const program = next.mode === 0o755;
  const was = there?.isFile() ? there.mode & 0o777 : 0o666 & ~umask;
  // Whoever may read it may run it, as far as the umask lets new files be run.
  const mode = program ? was | (((was & 0o444) >> 2) & ~umask) | 0o100 : was & ~0o111;
  const temporary = Buffer.concat([
    name,
    Buffer.from(`.${process.pid}.${Math.random().toString(36).slice(2)}.clustr-new`),
  ]);
  try {
    await (next.kind === "link" ? symlink(Buffer.from(next.bytes), temporary) : writeNew(temporary, next.bytes, mode));
    // The last look before the rename: what was changed while we wrote is not overwritten.
    if (!same(await readAt(folder, inside), expected)) return false;
    await rename(temporary, name);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EISDIR" || code === "ENOTEMPTY" || code === "ENOTDIR" || code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeNew(name: Buffer, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(name, "wx", 0o600);
  try {
    await file.writeFile(bytes);
  } finally {
    await file.close();
  }
  await chmod(name, mode);
}

/** Whether no link leads the way to a path out of the folder: the nearest existing folder above it really is inside. */
async function isInside(folder: string, inside: string): Promise<boolean> {
  for (let above = parentOf(inside); above !== ""; above = parentOf(above)) {
    const found = await lstat(onDisk(folder, above)).catch(() => undefined);
    if (!found) continue;
    if (found.isSymbolicLink()) return false;
    const real = await realpath(onDisk(folder, above), { encoding: "buffer" });
    return real.equals(onDisk(await realpath(folder), above));
  }
  return true;
}

async function removeEmpty(folder: string, inside: string): Promise<void> {
  for (let above = inside; above !== ""; above = parentOf(above)) {
    try {
      await rmdir(onDisk(folder, above));
    } catch {
      return; // Not empty, or not ours to remove.
    }
  }
}

function same(a: FileContent | undefined, b: FileContent | undefined): boolean {
  if (!a || !b) return a === b;
  return a.kind === b.kind && (a.kind === "link" || a.mode === b.mode) && Buffer.from(a.bytes).equals(b.bytes);
}

/** The real folder, by which stores are known: two names of one folder share one store. */
export function realFolder(folder: string): Promise<string> {
  return realpath(path.resolve(folder));
}

import type { Stats } from "node:fs";
import { lstat, mkdir, open, readFile, readlink, realpath, rename, rm, rmdir, symlink } from "node:fs/promises";
import path from "node:path";
import type { FileContent } from "../core/ports/tree.ts";
import { isSafe, onDisk, parentOf } from "./paths.ts";

/** Bytes of a file that is read whole. */
const LARGEST = 200_000_000;

/** How it shows that something lies where a folder or a file would have to be. */
const IN_THE_WAY = new Set(["EISDIR", "ENOTEMPTY", "ENOTDIR", "EEXIST"]);

/** What lies at a path below a real folder; undefined for nothing, for what is neither file nor link, and for what is too large. */
export async function readAt(folder: string, inside: string): Promise<FileContent | undefined> {
  if (!isSafe(inside) || !(await isInside(folder, inside))) return undefined;
  const name = onDisk(folder, inside);
  const found = await lstat(name).catch(() => undefined);
  return found && readFound(name, found);
}

async function readFound(name: Buffer, found: Stats): Promise<FileContent | undefined> {
  if (found.isSymbolicLink()) return { kind: "link", mode: 0o644, bytes: await readlink(name, { encoding: "buffer" }) };
  if (!found.isFile() || found.size > LARGEST) return undefined;
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
  const name = onDisk(folder, inside);
  const there = await lstat(name).catch(() => undefined);
  const now = there && (await readFound(name, there));
  if (!same(now, expected) || (there && !now)) return false;
  if (!next) {
    await rm(name, { force: true });
    await removeEmpty(folder, parentOf(inside));
    return true;
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
    await writeBeside(folder, inside, temporary, next, mode);
    // The last look before the rename: what was changed while we wrote is not overwritten.
    const unchanged = same(await readAt(folder, inside), expected);
    await (unchanged ? rename(temporary, name) : rm(temporary, { force: true }));
    return unchanged;
  } catch (error) {
    await rm(temporary, { force: true });
    if (IN_THE_WAY.has((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

/** Makes the folders above only when they are missing. One that another swap removed in between is made again. */
async function writeBeside(
  folder: string,
  inside: string,
  temporary: Buffer,
  next: FileContent,
  mode: number,
): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      if (next.kind === "link") return await symlink(Buffer.from(next.bytes), temporary);
      return await writeNew(temporary, next.bytes, mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === 3) throw error;
      await mkdir(onDisk(folder, parentOf(inside)), { recursive: true });
    }
  }
}

async function writeNew(name: Buffer, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(name, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.chmod(mode);
  } finally {
    await file.close();
  }
}

/** Whether no link leads the way to a path out of the folder, whose real path it is: what exists above it really is inside. */
async function isInside(folder: string, inside: string): Promise<boolean> {
  for (let above = parentOf(inside); above !== ""; above = parentOf(above)) {
    const real = await realpath(onDisk(folder, above), { encoding: "buffer" }).catch(codeOf);
    if (real === "ENOENT") {
      // A link to nowhere would lead out all the same, once somebody makes what it points to.
      if (await lstat(onDisk(folder, above)).catch(() => undefined)) return false;
    } else return typeof real !== "string" && real.equals(onDisk(folder, above));
  }
  return true;
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? "";
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

import * as fs from "node:fs";
import { setImmediate } from "node:timers/promises";
import type { FileContent } from "../core/ports/tree.ts";
import { LARGEST, sameContent } from "./folder-tree.ts";
import { isSafe, onDisk, parentOf } from "./paths.ts";

/** How it shows that something lies where a folder or a file would have to be, or went away under our hands. */
const CHANGED = new Set(["EISDIR", "ENOTEMPTY", "ENOTDIR", "EEXIST", "ENOENT"]);

/**
 * Replaces what lies at a path if it is exactly `expected`: written beside it, then renamed, so that readers see the old or
 * the new. A file that stays a file keeps its permissions but for the executable bits; a new one gets what `umask` leaves.
 * One file at a time and without waiting in between: a fraction of a millisecond for most, where each of some twenty waits
 * would cost as much on a busy machine, and nobody of ours gets in between the last look and the rename.
 */
export async function swapAt(
  folder: string,
  inside: string,
  expected: FileContent | undefined,
  next: FileContent | undefined,
  umask: number,
): Promise<boolean> {
  await setImmediate();
  if (!isSafe(inside)) return false;
  const name = onDisk(folder, inside);
  // A name of its own: with something added, a long one would be too long.
  const parent = parentOf(inside);
  const fresh = `.clustr-new-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const temporary = onDisk(folder, parent === "" ? fresh : `${parent}/${fresh}`);
  try {
    if (!isAsExpected(folder, inside, expected)) return false;
    if (!next) {
      fs.rmSync(name, { force: true });
      removeEmpty(folder, parentOf(inside));
      return true;
    }
    const there = fs.lstatSync(name, { throwIfNoEntry: false });
    const was = there?.isFile() ? there.mode & 0o777 : 0o666 & ~umask;
    // Whoever may read it may run it, as far as the umask lets new files be run.
    const mode = next.mode === 0o755 ? was | (((was & 0o444) >> 2) & ~umask) | 0o100 : was & ~0o111;
    if (!there) fs.mkdirSync(onDisk(folder, parentOf(inside)), { recursive: true });
    if (next.kind === "link") fs.symlinkSync(Buffer.from(next.bytes), temporary);
    else writeNew(temporary, next.bytes, mode);
    // The last look before the rename: what was changed while we wrote is not overwritten.
    const unchanged = isAsExpected(folder, inside, expected);
    if (unchanged) fs.renameSync(temporary, name);
    else fs.rmSync(temporary, { force: true });
    return unchanged;
  } catch (error) {
    removeQuietly(temporary);
    if (CHANGED.has((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

function writeNew(name: Buffer, bytes: Uint8Array, mode: number): void {
  const file = fs.openSync(name, "wx", 0o600);
  try {
    fs.writeFileSync(file, bytes);
    fs.fchmodSync(file, mode);
  } finally {
    fs.closeSync(file);
  }
}

function isAsExpected(folder: string, inside: string, expected: FileContent | undefined): boolean {
  if (!isInside(folder, inside)) return false;
  const name = onDisk(folder, inside);
  const found = fs.lstatSync(name, { throwIfNoEntry: false });
  if (!found || !expected) return !found && !expected;
  if (found.isSymbolicLink()) {
    const bytes = fs.readlinkSync(name, { encoding: "buffer" });
    return sameContent({ kind: "link", mode: 0o644, bytes }, expected);
  }
  if (!found.isFile() || found.size > LARGEST || found.size !== expected.bytes.length) return false;
  const mode = found.mode & 0o100 ? 0o755 : 0o644;
  return sameContent({ kind: "file", mode, bytes: fs.readFileSync(name) }, expected);
}

/** Whether no link leads the way to a path out of the folder, whose real path it is: what exists above it really is inside. */
function isInside(folder: string, inside: string): boolean {
  for (let above = parentOf(inside); above !== ""; above = parentOf(above)) {
    const found = fs.lstatSync(onDisk(folder, above), { throwIfNoEntry: false });
    if (found)
      return fs.realpathSync.native(onDisk(folder, above), { encoding: "buffer" }).equals(onDisk(folder, above));
  }
  return true;
}

function removeEmpty(folder: string, inside: string): void {
  for (let above = inside; above !== ""; above = parentOf(above)) {
    try {
      fs.rmdirSync(onDisk(folder, above));
    } catch {
      return; // Not empty, or not ours to remove.
    }
  }
}

function removeQuietly(name: Buffer): void {
  try {
    fs.rmSync(name, { force: true });
  } catch {
    // Nothing was written.
  }
}

import { lstat, open, readdir, readFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../random.ts";

/** A disk writes whole sectors, bytes. */
const SECTOR = 512;
/** Bytes of a record before its contents; see `struct head` in shim.c. */
const HEAD = 56;
const KINDS = { 78: "new", 87: "write", 67: "cut", 83: "sync" } as const;

/** What happened to one file: bytes at an offset, the end cut there, all until a moment made safe, or the file made. */
interface Entry {
  kind: (typeof KINDS)[keyof typeof KINDS];
  /** Number of the file (inode). */
  file: bigint;
  /** Nanoseconds of the machine's own clock. */
  when: bigint;
  /** An offset; of a sync the moment it began. */
  at: bigint;
  /** Bytes of the file before. */
  size: number;
  /** The bytes that were there, and those that came. */
  old: Buffer;
  fresh: Buffer;
}

/** Counts of what a loss of power undid. */
export interface Lost {
  files: number;
  /** Writes that were not safe yet, and how many of them did not reach the disk whole. */
  unsafe: number;
  lost: number;
}

/**
 * Makes the files below a folder what they would be if power had been lost when the last of the programs that were logged
 * died: whatever was synced is there, of the rest each sector only with the chance `survives`, in any order.
 */
export async function losePower(folder: string, logs: string, random: Random, survives: number): Promise<Lost> {
  const pending = unsafe(await entriesOf(logs));
  const lost: Lost = { files: 0, unsafe: 0, lost: 0 };
  for (const path of await filesBelow(folder)) {
    const entries = pending.get((await lstat(path, { bigint: true })).ino) ?? [];
    if (entries.length === 0) continue;
    lost.files += 1;
    lost.unsafe += entries.length;
    const file = await open(path, "r+");
    try {
      for (const entry of entries.toReversed()) await undo(file, entry);
      for (const entry of entries) if (!(await redo(file, entry, () => random.chance(survives)))) lost.lost += 1;
    } finally {
      await file.close();
    }
  }
  return lost;
}

/** What each file has got since it was last made safe, oldest first. */
function unsafe(entries: readonly Entry[]): Map<bigint, Entry[]> {
  const pending = new Map<bigint, Entry[]>();
  for (const entry of entries) {
    const before = pending.get(entry.file) ?? [];
    if (entry.kind === "new") pending.set(entry.file, []);
    else if (entry.kind === "sync")
      pending.set(entry.file, before.filter(({ when }) => when >= entry.at)); // prettier-ignore
    else pending.set(entry.file, [...before, entry]);
  }
  return pending;
}

async function undo(file: FileHandle, { at, size, old }: Entry): Promise<void> {
  if (old.length > 0) await file.write(old, 0, old.length, Number(at));
  await file.truncate(size);
}

/** Does again what of a change reached the disk; whether all of it did. */
async function redo(file: FileHandle, { kind, at, fresh }: Entry, reached: () => boolean): Promise<boolean> {
  if (kind === "cut") {
    if (!reached()) return false;
    await file.truncate(Number(at));
    return true;
  }
  let whole = true;
  for (let from = 0; from < fresh.length;) {
    const sector = Math.min(fresh.length - from, SECTOR - ((Number(at) + from) % SECTOR));
    if (reached()) await file.write(fresh, from, sector, Number(at) + from);
    else whole = false;
    from += sector;
  }
  return whole;
}

/** All records of all programs, in the order in which they were made. The last of a program may have been cut off with it. */
async function entriesOf(logs: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of (await readdir(logs)).filter((each) => each.endsWith(".log"))) {
    const bytes = await readFile(join(logs, name));
    for (let at = 0; at + HEAD <= bytes.length;) {
      const [kind = 0n, file = 0n, when = 0n, place = 0n, size = 0n, old = 0n, fresh = 0n] = Array.from(
        { length: HEAD / 8 },
        (_, i) => bytes.readBigUInt64LE(at + i * 8),
      );
      const [begin, middle] = [at + HEAD, at + HEAD + Number(old)];
      at = middle + Number(fresh);
      const known = KINDS[Number(kind) as keyof typeof KINDS];
      if (known === undefined) throw new Error(`${name} has a record of the kind ${kind}.`);
      if (at > bytes.length) break;
      entries.push({
        ...{ kind: known, file, when, at: place, size: Number(size) },
        ...{ old: bytes.subarray(begin, middle), fresh: bytes.subarray(middle, at) },
      });
    }
  }
  return entries.toSorted((a, b) => (a.when < b.when ? -1 : a.when > b.when ? 1 : 0));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

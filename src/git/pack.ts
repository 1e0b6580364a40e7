import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { crc32, deflate, deflateSync } from "node:zlib";
import { syncFolder, writeSynced } from "./durable.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";

const compress = promisify(deflate);

/** Bytes up to which compressing at once is quicker than handing the work to a thread. */
const SMALL = 16_000;
/** How many objects go by before others get a turn. */
const AT_ONCE = 64;

const TYPES = { commit: 1, tree: 2, blob: 3 } as const;

/** An object of git's, by its hash in hexadecimal digits. */
export interface GitObject {
  type: keyof typeof TYPES;
  hash: string;
  bytes: Uint8Array;
}

/** An object with the hash that git gives it. */
export function gitObject(type: GitObject["type"], bytes: Uint8Array, format: HashFormat): GitObject {
  const head = Buffer.from(`${type} ${bytes.length}\0`);
  return { type, bytes, hash: createHash(format).update(head).update(bytes).digest("hex") };
}

/**
 * Writes objects as one pack, in git's format, safe from a loss of power when it resolves: two files to sync, however many
 * objects there are. All of them are in memory, so the caller sees to it that they are not too much; at most 2 GB.
 */
export async function writePack(place: GitPlace, objects: readonly GitObject[], format: HashFormat): Promise<void> {
  const unique = [...new Map(objects.map((one) => [one.hash, one])).values()];
  const head = Buffer.alloc(12);
  head.write("PACK");
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(unique.length, 8);
  const parts: Buffer[] = [head];
  const entries: Entry[] = [];
  let offset = head.length;
  for (const [i, { type, bytes, hash }] of unique.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await setImmediate();
    const packed = bytes.length < SMALL ? deflateSync(bytes, { level: 1 }) : await compress(bytes, { level: 1 });
    const entry = Buffer.concat([typeAndSize(TYPES[type], bytes.length), packed]);
    entries.push({ hash, offset, check: crc32(entry) });
    parts.push(entry);
    offset += entry.length;
  }
  const pack = withSum(parts, format);
  const sum = pack.subarray(offset);
  const folder = path.join(place.store, "objects/pack");
  const name = path.join(folder, `pack-${sum.toString("hex")}`);
  const temporary = path.join(folder, `tmp_pack_${process.pid}_${Math.random().toString(36).slice(2)}`);
  const files = [
    { suffix: "pack", bytes: pack },
    { suffix: "idx", bytes: indexOf(entries, sum, format) },
  ];
  try {
    await Promise.all(files.map(({ suffix, bytes }) => writeSynced(`${temporary}.${suffix}`, bytes, 0o400)));
    // Git looks for packs by their index, so that comes last.
    for (const { suffix } of files) await rename(`${temporary}.${suffix}`, `${name}.${suffix}`);
  } finally {
    for (const { suffix } of files) await rm(`${temporary}.${suffix}`, { force: true });
  }
  await syncFolder(folder);
}

interface Entry {
  hash: string;
  offset: number;
  check: number;
}

/** Three bits of type and four of size, then seven of size a byte; the high bit says that more follows. */
function typeAndSize(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let byte = (type << 4) | (size & 15);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.from([...bytes, byte]);
}

/** The second version of git's pack index: how many hashes begin with at most each byte, then hashes, checks and offsets. */
function indexOf(entries: readonly Entry[], sum: Buffer, format: HashFormat): Buffer {
  const sorted = entries.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
  const counts = Array.from({ length: 256 }, () => 0);
  for (const { hash } of sorted) {
    const first = Number.parseInt(hash.slice(0, 2), 16);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  let total = 0;
  const parts = [
    Buffer.from([0xff, 0x74, 0x4f, 0x63, 0, 0, 0, 2]),
    numbers(counts.map((count) => (total += count))),
    Buffer.from(sorted.map(({ hash }) => hash).join(""), "hex"),
    numbers(sorted.map(({ check }) => check)),
    numbers(sorted.map(({ offset }) => offset)),
    sum,
  ];
  return withSum(parts, format);
}

function numbers(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

function withSum(parts: readonly Buffer[], format: HashFormat): Buffer {
  const hash = createHash(format);
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { ClustrError } from "../../contract/error.ts";
import { BLOCK, paddingOf, readHeader, type Header } from "./tar.ts";
import { SUMS } from "./write.ts";

/** What an archive may hold at most, whatever it says of itself. */
export interface ArchiveLimits {
  files: number;
  /** Bytes of all files together, unpacked. */
  size: number;
}

/** Characters of the list of checksums for one file. */
const SUM_LINE = 64 + 2 + 100 + 1;

/**
 * Reads an archive from its beginning to its end, handing each file to `take`, which must take all of its content, or
 * refuse by throwing. Holds one piece in memory. Rejects with `invalid` for what is no whole archive of ours: other
 * kinds of entries, names twice, wrong lengths, checksums that do not match, more than `limits` allow. What was taken until
 * then is the caller's to throw away.
 */
export async function readArchive(
  path: string,
  limits: ArchiveLimits,
  take: (header: Header, content: AsyncIterable<Buffer>) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const unpacked = createGunzip();
  try {
    await pipeline(createReadStream(path), unpacked, (bytes) => readAll(new Pieces(bytes), limits, take), {
      ...(signal && { signal }),
    });
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (name === "ClustrError") throw error;
    signal?.throwIfAborted();
    if (code?.startsWith("Z_")) throw refusal("it is no gzip file, or its end is missing");
    throw error;
  }
}

async function readAll(
  pieces: Pieces,
  limits: ArchiveLimits,
  take: (header: Header, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const sums = new Map<string, string>();
  let size = 0;
  for (;;) {
    const header = readHeader(await pieces.exactly(BLOCK));
    if (header === "end") throw refusal("its list of checksums is missing");
    if ("problem" in header) throw refusal(header.problem);
    if (sums.has(header.name)) throw refusal(`"${header.name}" is in it twice`);
    size += header.size;
    if (sums.size >= limits.files || size > limits.size)
      throw refusal("it unpacks to more than there is room for, or than an export ever holds");
    if (header.name === SUMS) {
      if (header.size > sums.size * SUM_LINE) throw refusal("its list of checksums is too long");
      compare((await pieces.exactly(header.size)).toString("latin1"), sums);
      await pieces.exactly(paddingOf(header.size));
      break;
    }
    const sum = createHash("sha256");
    let taken = 0;
    const content = async function* (): AsyncIterable<Buffer> {
      for await (const piece of pieces.upTo(header.size)) {
        taken += piece.length;
        sum.update(piece);
        yield piece;
      }
    };
    await take(header, content());
    if (taken !== header.size) throw refusal(`"${header.name}" was not taken whole`);
    await pieces.exactly(paddingOf(header.size));
    sums.set(header.name, sum.digest("hex"));
  }
  await pieces.onlyZeros(20 * BLOCK);
}

function compare(list: string, sums: ReadonlyMap<string, string>): void {
  const lines = list.split("\n").slice(0, -1);
  if (lines.length !== sums.size) throw refusal("its list of checksums is not that of its files");
  for (const line of lines) {
    const [, sum, name = ""] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sum === undefined || sums.get(name) !== sum) throw refusal(`"${name}" does not match its checksum`);
  }
}

/** Bytes as they come, to be taken in portions of one's own. */
class Pieces {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** So many bytes in one; small numbers only. */
  async exactly(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const piece of this.upTo(count)) parts.push(piece);
    return Buffer.concat(parts);
  }

  /** So many bytes, in pieces. Throws `invalid` when it ends before. */
  async *upTo(count: number): AsyncIterable<Buffer> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Nothing but at most so many zero bytes comes any more. */
  async onlyZeros(most: number): Promise<void> {
    for (let count = 0; ;) {
      if (this.#rest.some((byte) => byte !== 0) || (count += this.#rest.length) > most)
        throw refusal("something comes after its end");
      const { done, value } = await this.#source.next();
      if (done === true) return;
      this.#rest = value;
    }
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#source.next();
    if (done === true) throw refusal("its end is missing");
    return value;
  }
}

function refusal(what: string): ClustrError {
  return new ClustrError(
    "invalid",
    `This file is not a whole export of Clustr: ${what}. Nothing was imported. Export the workspace again, or use another copy of the file.`,
  );
}

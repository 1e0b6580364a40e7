import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { finished } from "node:stream/promises";
import { createGzip, type Gzip } from "node:zlib";
import { BLOCK, canHold, headerOf, paddingOf } from "./tar.ts";

/** Bytes read at once. */
const PIECE = 65_536;
/** Name of the last file: the SHA-256 of all others, as `sha256sum -c` reads it. */
export const SUMS = "sha256sums";

/** An archive that is being written: a tar, compressed with gzip. Holds one piece in memory. */
export class ArchiveWriter {
  readonly #gzip: Gzip = createGzip({ level: 6 });
  readonly #file: WriteStream;
  readonly #done: Promise<void>;
  readonly #seconds: number;
  #sums: string[] = [];
  #files = 0;

  /** `path` must be new; it is made 0600. */
  constructor(path: string, now: number) {
    this.#seconds = Math.floor(now / 1000);
    this.#file = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
    this.#done = finished(this.#gzip.pipe(this.#file));
    this.#done.catch(() => {}); // Said by `finish`, or by the write that meets it.
    this.#file.on("error", (error) => this.#gzip.destroy(error));
  }

  /** Files written so far. */
  get files(): number {
    return this.#files;
  }

  async add(name: string, content: string | Uint8Array): Promise<void> {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    await this.#put(headerOf({ name, size: bytes.length }, this.#seconds));
    await this.#put(bytes);
    await this.#put(Buffer.alloc(paddingOf(bytes.length)));
    this.#note(name, createHash("sha256").update(bytes).digest("hex"));
  }

  /**
   * Adds a file as long as it is now, even if it grows meanwhile. False, and nothing was added, when it is not there, is no
   * plain file, or does not fit. Throws when it becomes shorter while it is read: the archive is then useless.
   */
  async addFile(name: string, path: string): Promise<boolean> {
    const handle = await open(path, "r").catch(() => undefined);
    if (!handle) return false;
    try {
      const found = await handle.stat();
      if (!found.isFile() || !canHold({ name, size: found.size })) return false;
      await this.#put(headerOf({ name, size: found.size }, this.#seconds));
      const sum = createHash("sha256");
      for (let at = 0; at < found.size;) {
        const piece = Buffer.allocUnsafe(Math.min(PIECE, found.size - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`);
        at += bytesRead;
        const bytes = piece.subarray(0, bytesRead);
        sum.update(bytes);
        await this.#put(bytes);
      }
      await this.#put(Buffer.alloc(paddingOf(found.size)));
      this.#note(name, sum.digest("hex"));
      return true;
    } finally {
      await handle.close();
    }
  }

  /** Resolves when all of it is on disk. */
  async finish(): Promise<void> {
    const sums = this.#sums.join("");
    this.#sums = [];
    await this.add(SUMS, sums);
    await this.#put(Buffer.alloc(2 * BLOCK));
    this.#gzip.end();
    await this.#done;
  }

  /** Gives up; the file is the caller's to delete. */
  async destroy(): Promise<void> {
    this.#gzip.destroy();
    this.#file.destroy();
    await this.#done.catch(() => {});
  }

  #note(name: string, sum: string): void {
    this.#files += 1;
    this.#sums.push(`${sum}  ${name}\n`);
  }

  async #put(bytes: Uint8Array): Promise<void> {
    if (this.#gzip.destroyed) return this.#done;
    if (bytes.length > 0 && !this.#gzip.write(bytes)) await Promise.race([once(this.#gzip, "drain"), this.#done]);
  }
}

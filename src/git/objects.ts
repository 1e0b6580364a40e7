import { link, mkdir, readFile, rm, utimes } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import { ClustrError } from "../contract/error.ts";
import type { Blobs } from "../core/ports/blobs.ts";
import { syncFolder, writeSynced } from "./durable.ts";
import { gitObject, writePack, type GitObject } from "./pack.ts";
import { Reader } from "./reader.ts";
import { Recent } from "./recent.ts";
import type { GitPlace, HashFormat } from "./run-git.ts";

const compress = promisify(deflate);
const expand = promisify(inflate);

/** Objects up to which each gets a file of its own: a pack is two, and git looks through all packs for what it seeks. */
const FEW = 2;
/** Tries to write one: git takes a folder away when it has just become empty, by packing or freeing. */
const TRIES = 10;
/** Bytes of contents that stay in memory: those of a rollback are wanted by its plan, and again when it is carried out. */
const REMEMBERED = 16_000_000;

/**
 * Contents in our own repository, under git's own hashes, so that snapshots and the operation log share them. Written by
 * ourselves, because a tool call waits for it and starting git takes longer; packed contents are read by one git that
 * stays for a while.
 */
export class Objects implements Blobs {
  readonly format: HashFormat;
  readonly #place: GitPlace;
  readonly #reader: Reader;
  readonly #writing = new Map<string, Promise<void>>();
  readonly #recent = new Recent(REMEMBERED);

  constructor(place: GitPlace, format: HashFormat) {
    this.#place = place;
    this.format = format;
    this.#reader = new Reader(place);
  }

  put(bytes: Uint8Array): Promise<string> {
    const object = gitObject("blob", bytes, this.format);
    const { hash } = object;
    // Whoever puts the same at the same time waits for it to be durable as well.
    const writing = this.#writing.get(hash) ?? this.#put(object).finally(() => this.#writing.delete(hash));
    this.#writing.set(hash, writing);
    return writing.then(() => hash);
  }

  /** Keeps many objects at once, durably when it resolves. All are in memory. */
  async keep(objects: readonly GitObject[]): Promise<void> {
    try {
      if (objects.length > FEW) await writePack(this.#place, objects, this.format);
      else for (const one of objects) await this.#write(one);
    } catch (cause) {
      throw notKept(cause);
    }
    for (const { type, hash, bytes } of objects) if (type !== "commit") this.#recent.add(hash, bytes);
  }

  async get(hash: string): Promise<Uint8Array> {
    const recent = this.#recent.get(hash);
    if (recent) return recent;
    const loose = await readFile(this.#loose(hash)).catch(() => undefined);
    // One that is garbled may lie whole in a pack.
    const whole = loose && (await expand(loose).catch(() => undefined));
    const bytes = whole ? whole.subarray(whole.indexOf(0) + 1) : await this.#reader.read(hash, "blob");
    this.#recent.add(hash, bytes);
    return bytes;
  }

  /** The bytes of a folder's tree. */
  async tree(hash: string): Promise<Uint8Array> {
    const recent = this.#recent.get(hash);
    if (recent) return recent;
    const bytes = await this.#reader.read(hash, "tree");
    this.#recent.add(hash, bytes);
    return bytes;
  }

  close(): void {
    this.#reader.close();
  }

  async #put(object: GitObject): Promise<void> {
    const now = new Date();
    // One that is there already becomes young again, so that pruning leaves it to whoever is about to refer to it.
    const there = await utimes(this.#loose(object.hash), now, now).then(
      () => true,
      () => false,
    );
    if (there) return;
    try {
      await this.#write(object);
    } catch (cause) {
      throw notKept(cause);
    }
    this.#recent.add(object.hash, Buffer.from(object.bytes));
  }

  async #write({ type, hash, bytes }: GitObject): Promise<void> {
    const whole = Buffer.concat([Buffer.from(`${type} ${bytes.length}\0`), bytes]);
    const packed = await compress(whole, { level: 1 });
    for (let tries = TRIES; ; tries--) {
      try {
        return await this.#writeLoose(this.#loose(hash), packed);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT" || tries === 1) throw error;
      }
    }
  }

  async #writeLoose(file: string, packed: Uint8Array): Promise<void> {
    const folder = path.dirname(file);
    const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
    const temporary = `${folder}/tmp_obj_${process.pid}_${Math.random().toString(36).slice(2)}`;
    try {
      await writeSynced(temporary, packed, 0o400);
      // A link never replaces what somebody else put there at the same moment: it is the same content.
      await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    } finally {
      await rm(temporary, { force: true });
    }
    await Promise.all([syncFolder(folder), isNew && syncFolder(path.dirname(folder))]);
  }

  #loose(hash: string): string {
    return path.join(this.#place.store, "objects", hash.slice(0, 2), hash.slice(2));
  }
}

function notKept(cause: unknown): ClustrError {
  return new ClustrError(
    "unavailable",
    "A file's content could not be kept, so nothing that depends on it was done. Is the disk full?",
    { cause },
  );
}

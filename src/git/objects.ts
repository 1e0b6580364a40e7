import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createHash } from "node:crypto";
import { link, mkdir, open, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { deflate, inflate } from "node:zlib";
import { ClustrError } from "../contract/error.ts";
import type { Blobs } from "../core/ports/blobs.ts";
import { hardened, type GitPlace, type HashFormat } from "./run-git.ts";

const compress = promisify(deflate);
const expand = promisify(inflate);

/** Milliseconds after which the reading process ends for want of questions. */
const IDLE = 5_000;
/** Milliseconds a content may take. */
const PATIENCE = 30_000;

interface Waiting {
  hash: string;
  resolve(bytes: Buffer): void;
  reject(error: Error): void;
}

/**
 * Contents in our own repository, under git's own hashes, so that snapshots and the operation log share them. Written by
 * ourselves, because a tool call waits for it and starting git takes longer; packed contents are read by one git that
 * stays for a while.
 */
export class Objects implements Blobs {
  readonly #place: GitPlace;
  readonly #algorithm: HashFormat;
  #reader: ChildProcessWithoutNullStreams | undefined;
  #waiting: Waiting[] = [];
  /** What git printed and nobody took yet; joined only when enough is there, because contents may be large. */
  #printed: Buffer[] = [];
  #size = 0;
  #needed = 1;
  #idle: NodeJS.Timeout | undefined;

  constructor(place: GitPlace, algorithm: HashFormat) {
    this.#place = place;
    this.#algorithm = algorithm;
  }

  put(bytes: Uint8Array): Promise<string> {
    return this.write("blob", bytes, true);
  }

  /** Keeps an object under git's hash of it. With `sync` it is safe from a crash of the machine, which after many other writes takes long. */
  async write(type: "blob" | "commit", bytes: Uint8Array, sync: boolean): Promise<string> {
    const head = Buffer.from(`${type} ${bytes.length}\0`);
    const hash = createHash(this.#algorithm).update(head).update(bytes).digest("hex");
    const file = this.#loose(hash);
    if (await stat(file).catch(() => undefined)) return hash;
    const folder = path.dirname(file);
    await mkdir(folder, { recursive: true });
    const temporary = `${folder}/tmp_obj_${process.pid}_${Math.random().toString(36).slice(2)}`;
    const handle = await open(temporary, "wx", 0o444);
    try {
      await handle.writeFile(await compress(Buffer.concat([head, bytes]), { level: 1 }));
      if (sync) await handle.sync();
      // A link never replaces what somebody else put there at the same moment: it is the same content.
      await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      });
    } catch (cause) {
      throw new ClustrError(
        "unavailable",
        "A file's content could not be kept, so nothing that depends on it was done. Is the disk full?",
        { cause },
      );
    } finally {
      await handle.close();
      await rm(temporary, { force: true });
    }
    return hash;
  }

  async get(hash: string): Promise<Uint8Array> {
    const loose = await readFile(this.#loose(hash)).catch(() => undefined);
    if (!loose) return this.#ask(hash);
    const whole = await expand(loose);
    return whole.subarray(whole.indexOf(0) + 1);
  }

  close(): void {
    clearTimeout(this.#idle);
    this.#reader?.stdin.end();
    this.#reader?.kill();
    this.#fail("it was closed");
  }

  #loose(hash: string): string {
    return path.join(this.#place.store, "objects", hash.slice(0, 2), hash.slice(2));
  }

  #ask(hash: string): Promise<Buffer> {
    if (!/^[0-9a-f]{40,64}$/.test(hash)) return Promise.reject(unknownContent(hash));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ hash, resolve, reject });
      const reader = (this.#reader ??= this.#start());
      reader.stdin.write(`${hash}\n`);
      this.#wait(PATIENCE);
    });
  }

  #start(): ChildProcessWithoutNullStreams {
    const { args, env } = hardened(this.#place, ["cat-file", "--batch"]);
    const reader = spawn("git", args, { cwd: this.#place.store, env });
    reader.stdout.on("data", (bytes: Buffer) => {
      if (reader === this.#reader) this.#take(bytes);
    });
    reader.stdin.on("error", () => {});
    reader.stderr.resume();
    const gone = () => {
      if (reader === this.#reader) this.#fail("git went away");
    };
    reader.on("error", gone);
    reader.on("close", gone);
    return reader;
  }

  /** Ends the reader when nothing comes for so long. */
  #wait(ms: number): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      this.#reader?.kill();
      this.#fail("git did not answer");
    }, ms);
    if (this.#waiting.length === 0) this.#idle.unref();
  }

  #take(bytes: Buffer): void {
    this.#printed.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= this.#needed) this.#answer(Buffer.concat(this.#printed));
    this.#wait(this.#waiting.length === 0 ? IDLE : PATIENCE);
  }

  /** Gives out all contents that are complete in what git printed. */
  #answer(printed: Buffer): void {
    let at = 0;
    this.#needed = 1;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      const line = printed.indexOf(10, at);
      if (line < 0) break;
      const size = / blob (\d+)$/.exec(printed.toString("latin1", at, line))?.[1];
      const end = line + 1 + (size === undefined ? 0 : Number(size) + 1);
      if (printed.length < end) {
        this.#needed = end - at;
        break;
      }
      if (size === undefined) next.reject(unknownContent(next.hash));
      else next.resolve(Buffer.from(printed.subarray(line + 1, end - 1)));
      at = end;
      this.#waiting.shift();
    }
    this.#printed = [printed.subarray(at)];
    this.#size = printed.length - at;
  }

  #fail(why: string): void {
    this.#reader = undefined;
    this.#printed = [];
    this.#size = 0;
    this.#needed = 1;
    for (const { hash, reject } of this.#waiting.splice(0))
      reject(
        new ClustrError(
          "unavailable",
          `The content ${hash} could not be read: ${why}. Nothing was changed; try again.`,
        ),
      );
  }
}

function unknownContent(hash: string): ClustrError {
  return new ClustrError("not_found", `The content ${hash} is not in the store; it may have been pruned.`);
}

import { type FileHandle, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Bytes of output in one file. */
const SEGMENT = 8 * 1_048_576;
/** Bytes of output kept per terminal; the oldest file goes first. */
export const JOURNAL_LIMIT = 64 * 1_048_576;
/** Bytes of notes that also end a segment: a program that prints little for weeks must not fill the disk with them. */
const NOTES_LIMIT = 1_048_576;
/** Written when this much waits, bytes, or after this long, ms. */
const BATCH = 262_144;
const BATCH_WAIT = 50;
/** Least time between two time marks, ms. */
const MARK_EVERY = 250;
/** Wait after a failed write, ms: a full disk does not empty in a moment. */
const RETRY = 1_000;

/** A size of the terminal, in force from `offset` on. */
export interface Size {
  offset: number;
  cols: number;
  rows: number;
}

interface Segment {
  /** Offset of its first byte. */
  start: number;
  /** Bytes safely in the file. */
  length: number;
  notes: number;
}

/**
 * A terminal's output on disk: raw bytes in `<offset>.raw` files, each with a sidecar `<offset>.jsonl` of what bytes cannot say
 * (sizes, times, the exit). A write that fails leaves a hole, never a delay of the program; reading then continues after it.
 */
export class Journal {
  readonly #folder: string;
  readonly #log: (message: string) => void;
  #segments: Segment[] = [];
  #bytes: FileHandle | undefined;
  #sidecar: FileHandle | undefined;
  #size: Size;
  /** Output handed over, whether written or not. */
  #end = 0;
  #waiting: Buffer[] = [];
  #notes: string[] = [];
  #backlog = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #retryAt = 0;
  #markAt = -Infinity;

  private constructor(folder: string, size: Size, log: (message: string) => void) {
    this.#folder = folder;
    this.#size = size;
    this.#log = log;
  }

  /** Begins a journal in an existing folder; what an earlier terminal left there is deleted. */
  static async create(folder: string, size: Size, log: (message: string) => void): Promise<Journal> {
    await removeJournal(folder);
    return new Journal(folder, size, log);
  }

  /** Opens the journal of an ended terminal, for reading only. Returns the sizes it recorded, oldest first. */
  static async reopen(folder: string): Promise<{ journal: Journal; sizes: Size[] }> {
    const journal = new Journal(folder, { offset: 0, cols: 80, rows: 24 }, () => {});
    const sizes: Size[] = [];
    for (const name of (await segmentFiles(folder)).filter((file) => file.endsWith(".raw"))) {
      const start = Number.parseInt(name, 10);
      journal.#segments.push({ start, length: (await stat(join(folder, name))).size, notes: 0 });
      const notes = await readFile(join(folder, name.replace(".raw", ".jsonl")), "utf8").catch(() => "");
      for (const line of notes.split("\n")) {
        const size = /^\{"offset":(\d+),"cols":(\d+),"rows":(\d+)/.exec(line);
        if (size) sizes.push({ offset: Number(size[1]), cols: Number(size[2]), rows: Number(size[3]) });
      }
    }
    return { journal, sizes };
  }

  /** Bytes that are not yet in a file. */
  get backlog(): number {
    return this.#backlog;
  }

  /** Offset of the oldest byte in a file, if there is one. */
  get firstOffset(): number | undefined {
    return this.#segments.find((one) => one.length > 0)?.start;
  }

  /** Offset after the last byte in a file. */
  get end(): number {
    const last = this.#segments.at(-1);
    return last ? last.start + last.length : 0;
  }

  /** Takes the next bytes of output. */
  append(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#backlog += bytes.length;
    this.#end += bytes.length;
    if (this.#backlog >= BATCH) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), BATCH_WAIT);
  }

  resized(size: Size): void {
    this.#size = size;
    this.#notes.push(note({ ...size, at: Date.now() }));
    this.#timer ??= setTimeout(() => this.#begin(), BATCH_WAIT);
  }

  /** Writes all that waits and a last note, then closes the files. */
  async finish(last: Record<string, unknown>): Promise<void> {
    this.#notes.push(note({ offset: this.#end, at: Date.now(), ...last }));
    this.#begin();
    while (this.#writing) await this.#writing;
    await this.#close();
  }

  /** Up to `max` bytes from `offset`; empty when they are not (or no longer) in a file. */
  async read(offset: number, max: number): Promise<Buffer> {
    const segment = this.#segments.find((one) => one.start <= offset && offset < one.start + one.length);
    if (!segment) return Buffer.alloc(0);
    const at = offset - segment.start;
    try {
      const file = await open(join(this.#folder, segmentName(segment.start, "raw")));
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(max, segment.length - at)), {
          position: at,
        });
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch {
      this.#segments = this.#segments.filter((one) => one !== segment); // Deleted under us: as good as dropped.
      return Buffer.alloc(0);
    }
  }

  /** Offset of the first byte in a file after `offset`, if there is one. */
  next(offset: number): number | undefined {
    return this.#segments.find((one) => one.start > offset && one.length > 0)?.start;
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
      if (this.#waiting.length > 0 || this.#notes.length > 0) this.#begin(); // Came while it was finishing.
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0 || this.#notes.length > 0) {
      const bytes = Buffer.concat(this.#waiting);
      const notes = this.#notes;
      const start = this.#end - this.#waiting.reduce((sum, one) => sum + one.length, 0);
      this.#waiting = [];
      this.#notes = [];
      try {
        if (performance.now() >= this.#retryAt) await this.#write(start, bytes, notes);
      } catch (error) {
        this.#retryAt = performance.now() + RETRY;
        await this.#close();
        this.#log(`output could not be kept (the program goes on): ${String(error)}`);
      }
      this.#backlog -= bytes.length;
    }
  }

  async #write(start: number, bytes: Buffer, notes: string[]): Promise<void> {
    let rest = bytes;
    do {
      const at = start + bytes.length - rest.length;
      const last = this.#segments.at(-1);
      const fits = last && last.start + last.length === at && last.length < SEGMENT && last.notes < NOTES_LIMIT;
      const segment = this.#bytes && fits ? last : await this.#roll(at);
      const part = rest.subarray(0, SEGMENT - segment.length);
      await this.#bytes?.appendFile(part);
      segment.length += part.length;
      rest = rest.subarray(part.length);
      if (rest.length === 0) await this.#writeNotes(segment, notes);
    } while (rest.length > 0);
  }

  async #writeNotes(segment: Segment, notes: string[]): Promise<void> {
    if (performance.now() - this.#markAt >= MARK_EVERY) {
      this.#markAt = performance.now();
      notes.push(note({ offset: segment.start + segment.length, at: Date.now() }));
    }
    const text = notes.join("");
    segment.notes += text.length;
    if (text) await this.#sidecar?.appendFile(text);
  }

  async #roll(start: number): Promise<Segment> {
    await this.#close();
    this.#bytes = await open(join(this.#folder, segmentName(start, "raw")), "w", 0o600);
    this.#sidecar = await open(join(this.#folder, segmentName(start, "jsonl")), "w", 0o600);
    const { cols, rows } = this.#size;
    if (start > 0) await this.#sidecar.appendFile(note({ offset: start, cols, rows, at: Date.now() }));
    const segment = { start, length: 0, notes: 0 };
    this.#segments = [...this.#segments.filter((one) => one.start !== start), segment];
    const kept = () => this.#segments.reduce((sum, one) => sum + one.length, 0);
    for (let oldest = this.#segments[0]; oldest && kept() > JOURNAL_LIMIT - SEGMENT; oldest = this.#segments[0]) {
      this.#segments.shift();
      await rm(join(this.#folder, segmentName(oldest.start, "raw")), { force: true });
      await rm(join(this.#folder, segmentName(oldest.start, "jsonl")), { force: true });
    }
    return segment;
  }

  async #close(): Promise<void> {
    const files = [this.#bytes, this.#sidecar];
    this.#bytes = undefined;
    this.#sidecar = undefined;
    for (const file of files) await file?.close().catch(() => {});
  }
}

function segmentName(start: number, ending: "raw" | "jsonl"): string {
  return `${String(start).padStart(16, "0")}.${ending}`;
}

function note(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}

async function segmentFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{16}\.(raw|jsonl)$/.test(name)).sort();
}

/** Deletes a journal's files, and nothing else, from a folder. */
export async function removeJournal(folder: string): Promise<void> {
  for (const name of await segmentFiles(folder).catch(() => [])) await rm(join(folder, name), { force: true });
}

import { type FileHandle, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Size } from "./journal.ts";

/** Bytes of output in one file. */
export const SEGMENT = 8 * 1_048_576;
/** Bytes of output kept per terminal; the oldest file goes first. */
export const JOURNAL_LIMIT = 64 * 1_048_576;
/** Bytes of notes that also end a segment: a program that prints little for weeks must not fill the disk with them. */
const NOTES_LIMIT = 1_048_576;

interface Segment {
  /** Offset of its first byte. */
  start: number;
  /** Bytes in the file. */
  length: number;
  notes: number;
}

/**
 * A terminal's output in files: raw bytes in `<offset>.raw`, each with a sidecar `<offset>.jsonl` of what bytes cannot say. A
 * file holds what follows its offset without a hole; where one ends and the next begins later, output is missing.
 */
export class Segments {
  readonly #folder: string;
  #all: Segment[] = [];
  /** The last segment's, while it is written to. */
  #bytes: FileHandle | undefined;
  #sidecar: FileHandle | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What is there from before, for reading only; and the sizes that were noted, by their offsets. */
  static async reopen(folder: string): Promise<{ segments: Segments; sizes: Size[] }> {
    const segments = new Segments(folder);
    const sizes: Size[] = [];
    for (const name of (await segmentFiles(folder)).filter((file) => file.endsWith(".raw"))) {
      const start = Number.parseInt(name, 10);
      segments.#all.push({ start, length: (await stat(join(folder, name))).size, notes: 0 });
      const notes = await readFile(join(folder, name.replace(".raw", ".jsonl")), "utf8").catch(() => "");
      for (const line of notes.split("\n")) {
        // A full disk may have cut the last line anywhere, in a number as well.
        const size = /^\{"offset":(\d+),"cols":(\d+),"rows":(\d+)[,}]/.exec(line);
        if (size) sizes.push({ offset: Number(size[1]), cols: Number(size[2]), rows: Number(size[3]) });
      }
    }
    // A resize from just before a segment began is noted in it, after the size it began with.
    return { segments, sizes: sizes.sort((a, b) => a.offset - b.offset) };
  }

  /** Offset of the oldest byte in a file, if there is one. */
  get firstOffset(): number | undefined {
    return this.next(-1);
  }

  /** Offset after the last byte in a file. */
  get end(): number {
    const last = this.#all.at(-1);
    return last ? last.start + last.length : 0;
  }

  /** Offset of the first byte of a file that begins after `offset`, if there is one. */
  next(offset: number): number | undefined {
    return this.#all.find((one) => one.start > offset && one.length > 0)?.start;
  }

  /** Whether every byte from `from` to before `to` is in a file. */
  holds(from: number, to: number): boolean {
    let at = from;
    for (const { start, length } of this.#all) if (start <= at) at = Math.max(at, start + length);
    return at >= to;
  }

  /** Up to `max` bytes from `offset`; empty when they are not (or no longer) in a file. */
  async read(offset: number, max: number): Promise<Buffer> {
    const segment = this.#all.find((one) => one.start <= offset && offset < one.start + one.length);
    if (!segment) return Buffer.alloc(0);
    const at = offset - segment.start;
    try {
      const file = await open(this.#path(segment, "raw"));
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(max, segment.length - at)), {
          position: at,
        });
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      // Deleted under us: as good as dropped. Any other reason passes.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") this.#all = this.#all.filter((one) => one !== segment);
      return Buffer.alloc(0);
    }
  }

  /** How many bytes from `offset` on go into one file. */
  room(offset: number): number {
    return SEGMENT - (this.#open(offset)?.length ?? 0);
  }

  /** Writes bytes that begin at `offset`, at most `room`; how many came into the file. `size` is the one in force there. */
  async append(offset: number, views: Buffer[], size: Size): Promise<number> {
    const segment = this.#open(offset) ?? (await this.#roll(offset, size));
    if (views.length === 0) return 0;
    // A place is said, so that what an earlier attempt may have left behind is written over.
    const written = await this.#bytes?.writev(views, segment.length);
    segment.length += written?.bytesWritten ?? 0;
    return written?.bytesWritten ?? 0;
  }

  /** Adds lines to the sidecar of the last segment. */
  async note(text: string): Promise<void> {
    await this.#sidecar?.appendFile(text);
    const last = this.#all.at(-1);
    if (last) last.notes += text.length;
  }

  /** The next byte begins a new file. */
  async close(): Promise<void> {
    const files = [this.#bytes, this.#sidecar];
    this.#bytes = undefined;
    this.#sidecar = undefined;
    for (const file of files) await file?.close().catch(() => {});
  }

  /** The last segment, when it is open and has room for what begins at `offset`. */
  #open(offset: number): Segment | undefined {
    const last = this.#all.at(-1);
    const fits = last && last.start + last.length === offset && last.length < SEGMENT && last.notes < NOTES_LIMIT;
    return this.#sidecar && fits ? last : undefined;
  }

  async #roll(start: number, size: Size): Promise<Segment> {
    await this.close();
    const last = this.#all.at(-1);
    if (last?.length === 0) await this.#drop(last); // Nothing came into it.
    const segment = { start, length: 0, notes: 0 };
    this.#all.push(segment);
    this.#bytes = await open(this.#path(segment, "raw"), "w", 0o600);
    this.#sidecar = await open(this.#path(segment, "jsonl"), "w", 0o600);
    await this.note(noteOf({ ...size, offset: start }));
    const kept = () => this.#all.reduce((sum, one) => sum + one.length, 0);
    for (let oldest = this.#all[0]; oldest && kept() > JOURNAL_LIMIT - SEGMENT; oldest = this.#all[0])
      await this.#drop(oldest);
    return segment;
  }

  async #drop(segment: Segment): Promise<void> {
    this.#all = this.#all.filter((one) => one !== segment);
    for (const ending of ["raw", "jsonl"] as const) await rm(this.#path(segment, ending), { force: true });
  }

  #path({ start }: Segment, ending: "raw" | "jsonl"): string {
    return join(this.#folder, `${String(start).padStart(16, "0")}.${ending}`);
  }
}

/** A line of a sidecar, with the time it is written. */
export function noteOf(value: Record<string, unknown>): string {
  return `${JSON.stringify({ ...value, at: Date.now() })}\n`;
}

async function segmentFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => /^\d{16}\.(raw|jsonl)$/.test(name)).sort();
}

/** Deletes a journal's files, and nothing else, from a folder. */
export async function removeSegments(folder: string): Promise<void> {
  for (const name of await segmentFiles(folder).catch(() => [])) await rm(join(folder, name), { force: true });
}

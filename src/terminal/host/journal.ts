import type { Ring } from "./ring.ts";
import { noteOf, removeSegments, Segments } from "./segments.ts";

/** Written when this much waits, bytes, or after this long, ms. */
const BATCH = 262_144;
const BATCH_WAIT = 50;
/** Least time between two time marks, ms. */
const MARK_EVERY = 250;
/** Wait after a failed write, ms: a full disk does not empty in a moment. */
const RETRY = 1_000;
/** Resizes that wait to be noted; on a full disk the oldest go. */
const RESIZES = 1_000;

/** A size of the terminal, in force from `offset` on. */
export interface Size {
  offset: number;
  cols: number;
  rows: number;
}

/**
 * Puts a terminal's output on disk, from the ring that takes it first, so that what waits for the disk is kept only once. A
 * disk that fails never delays the program: it is tried again, and what the ring had to drop meanwhile is a hole.
 */
export class Journal {
  readonly #ring: Ring;
  readonly #segments: Segments;
  readonly #log: (message: string) => void;
  /** Everything before is in a file, or can be in none any more. */
  #done = 0;
  /** The size in force at `#done`, and those that are not noted yet. */
  #size: Size;
  #resizes: Size[] = [];
  #exit: Record<string, unknown> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<boolean> | undefined;
  #failing = false;
  #markAt = -Infinity;

  private constructor(folder: string, ring: Ring, size: Size, log: (message: string) => void) {
    this.#segments = new Segments(folder);
    this.#ring = ring;
    this.#size = size;
    this.#log = log;
  }

  /** Begins a journal in an existing folder; what an earlier terminal left there is deleted. */
  static async create(folder: string, ring: Ring, size: Size, log: (message: string) => void): Promise<Journal> {
    await removeSegments(folder);
    return new Journal(folder, ring, size, log);
  }

  /** What it has written, to be read. */
  get segments(): Segments {
    return this.#segments;
  }

  /** Bytes for which the program may have to wait: none while the disk fails. */
  get backlog(): number {
    return this.#failing ? 0 : this.#ring.end - this.#done;
  }

  /** There is more in the ring. */
  extend(): void {
    if (this.#writing || (this.#ring.end === this.#done && this.#resizes.length === 0)) return;
    if (this.backlog >= BATCH) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), this.#failing ? RETRY : BATCH_WAIT);
  }

  resized(size: Size): void {
    this.#resizes.push(size);
    if (this.#resizes.length > RESIZES) this.#size = this.#resizes.shift() ?? this.#size;
    this.extend();
  }

  /** Writes all that waits and a last note, if the disk takes them now, and closes the files. */
  async finish(last: Record<string, unknown>): Promise<void> {
    this.#exit = last;
    while (await this.#write()) if (this.#ring.end === this.#done && !this.#exit) break;
    clearTimeout(this.#timer);
    await this.#segments.close();
  }

  /** Writes once; whether the disk took it. */
  #write(): Promise<boolean> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#writing ??= this.#attempt().finally(() => {
      this.#writing = undefined;
      this.extend();
    }));
  }

  async #attempt(): Promise<boolean> {
    const from = Math.max(this.#done, this.#ring.start);
    const size = this.#resizes.findLast(({ offset }) => offset <= from) ?? this.#size;
    const views = this.#ring.lend(from, this.#segments.room(from));
    try {
      this.#done = from + (await this.#segments.append(from, views, size));
      await this.#note();
      if (this.#failing) this.#log(`output is kept again, from byte ${from} on`);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log(`output could not be kept (the program goes on): ${String(error)}`);
      this.#failing = true;
      await this.#segments.close();
    } finally {
      this.#ring.takeBack();
    }
    return !this.#failing;
  }

  /** What happened up to where everything is written now. */
  async #note(): Promise<void> {
    const resizes = this.#resizes.filter(({ offset }) => offset <= this.#done);
    const lines = resizes.map((size) => noteOf({ ...size }));
    if (performance.now() - this.#markAt >= MARK_EVERY) lines.push(noteOf({ offset: this.#done }));
    const ends = this.#exit && this.#done === this.#ring.end;
    if (ends) lines.push(noteOf({ offset: this.#done, ...this.#exit }));
    if (lines.length === 0) return;
    await this.#segments.note(lines.join(""));
    this.#markAt = performance.now();
    this.#size = resizes.at(-1) ?? this.#size;
    this.#resizes = this.#resizes.filter((one) => !resizes.includes(one));
    if (ends) this.#exit = undefined;
  }
}

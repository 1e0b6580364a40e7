import type { TerminalExit } from "../../core/ports/terminal.ts";
import { Coalescer } from "./coalescer.ts";
import { Journal, type Size } from "./journal.ts";
import { Ring } from "./ring.ts";
import { Segments } from "./segments.ts";

const RING = 1_048_576;
/** Unwritten bytes at which the program has to wait for the disk; well below the ring, which must cover them. */
const BACKLOG_LIMIT = RING / 2;
/** Sizes kept in memory; more than this many resizes of one terminal lose their intermediate steps in a replay. */
const SIZES = 10_000;

/** Lets the program wait, or go on. */
export interface Brake {
  pause(): void;
  resume(): void;
}

/**
 * All that a terminal has printed and can still be read: the latest in a ring, the rest in the journal, with the sizes it
 * was printed at and, in the end, the exit. Bytes are named by their absolute offset since the program began.
 */
export class Output {
  readonly #kept: Segments;
  readonly #watchers = new Set<() => void>();
  readonly #coalescer = new Coalescer(() => this.#tell());
  /** While the program runs. */
  #journal: Journal | undefined;
  #ring: Ring | undefined;
  #end = 0;
  #exit: TerminalExit | undefined;
  #sizes: (Size & { seq: number })[] = [];
  #sizeSeq = 0;
  #braking: NodeJS.Timeout | undefined;

  private constructor(kept: Segments) {
    this.#kept = kept;
  }

  static async create(folder: string, cols: number, rows: number, log: (message: string) => void): Promise<Output> {
    const ring = new Ring(RING);
    const journal = await Journal.create(folder, ring, { offset: 0, cols, rows }, log);
    const output = new Output(journal.segments);
    output.#journal = journal;
    output.#ring = ring;
    output.resized(cols, rows);
    return output;
  }

  /** The output of a terminal that ended under an earlier host. */
  static async reopen(folder: string, end: number, exit: TerminalExit): Promise<Output> {
    const { segments, sizes } = await Segments.reopen(folder);
    const output = new Output(segments);
    for (const size of sizes) output.#note(size);
    output.#end = end;
    output.#exit = exit;
    return output;
  }

  get end(): number {
    return this.#end;
  }
  get exit(): TerminalExit | undefined {
    return this.#exit;
  }
  get first(): number {
    return Math.min(this.#kept.firstOffset ?? this.#end, this.#ring?.start ?? this.#end);
  }
  get size(): Size {
    return this.#sizes.at(-1) ?? { offset: 0, cols: 80, rows: 24 };
  }

  /** Takes what the program has printed. Only a disk that cannot keep up makes it wait, never a viewer. */
  push(bytes: Buffer, brake: Brake): void {
    const journal = this.#journal;
    if (!journal) return;
    this.#ring?.push(bytes);
    this.#end += bytes.length;
    journal.extend();
    this.#coalescer.add(bytes.length);
    if (journal.backlog > BACKLOG_LIMIT && !this.#braking) {
      brake.pause();
      this.#braking = setInterval(() => {
        if (journal.backlog > BACKLOG_LIMIT / 2) return;
        clearInterval(this.#braking);
        this.#braking = undefined;
        brake.resume();
      }, 1);
    }
  }

  resized(cols: number, rows: number): void {
    const size = { offset: this.#end, cols, rows };
    this.#journal?.resized(size);
    this.#note(size);
    this.#tell();
  }

  #note(size: Size): void {
    if (this.#sizes.at(-1)?.offset === size.offset) this.#sizes.pop(); // Nothing was printed at that size.
    this.#sizes.push({ ...size, seq: this.#sizeSeq++ });
    if (this.#sizes.length > SIZES) this.#sizes.shift();
  }

  /** The first size with at least this `seq`, oldest first. */
  sizeFrom(seq: number): (Size & { seq: number }) | undefined {
    const last = this.#sizes.at(-1);
    return last && last.seq >= seq ? this.#sizes.find((size) => size.seq >= seq) : undefined;
  }

  /** The `seq` of the size in force at `offset`. */
  sizeAt(offset: number): number {
    return (this.#sizes.findLast((size) => size.offset <= offset) ?? this.#sizes[0])?.seq ?? 0;
  }

  /** Up to `max` bytes from `offset` on. When they are no longer kept: no bytes, and the next offset that is. */
  async read(offset: number, max: number): Promise<{ bytes: Buffer; next: number }> {
    const ring = this.#ring;
    if (ring && offset >= ring.start) return { bytes: ring.read(offset, max), next: offset };
    const bytes = await this.#kept.read(offset, max);
    if (bytes.length > 0) return { bytes, next: offset };
    return {
      bytes,
      next: Math.max(offset, Math.min(this.#kept.next(offset) ?? this.#end, this.#ring?.start ?? this.#end)),
    };
  }

  /** Calls `watcher` when there is more to read; the function returned stops that. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get watched(): number {
    return this.#watchers.size;
  }

  /** The program has ended and all it printed was pushed. `record` puts the exit on disk before anybody hears of it. */
  async finish(exit: TerminalExit, record: () => Promise<void>): Promise<void> {
    await this.#journal?.finish({ exit });
    await record();
    // What the disk did not take is only in the ring.
    if (this.#ring && this.#kept.holds(this.#ring.start, this.#end)) this.#ring = undefined;
    this.#journal = undefined;
    this.#exit = exit;
    this.#coalescer.flush();
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

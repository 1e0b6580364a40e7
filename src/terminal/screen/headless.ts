import xterm, { type Terminal } from "@xterm/headless";
import type { ScreenSnapshot, ScreenState } from "../../core/ports/screen.ts";
import type { TerminalChunk } from "../../core/ports/terminal.ts";
import { answerQueries } from "./answers.ts";
import { Backlog } from "./backlog.ts";
import { Boundary } from "./boundary.ts";
import { coreOf } from "./core.ts";
import { Exactness } from "./exactness.ts";
import { KeyboardFlags } from "./keyboard.ts";
import { readScreen } from "./read.ts";
import { drawModes, drawSnapshot } from "./snapshot.ts";
import type { Turns } from "./turns.ts";

/** Lines above the screen that are kept. */
export const SCROLLBACK = 1_000;
/** Bytes that may wait to be parsed; beyond it the screen is rebuilt from the last `REBUILD_BYTES`. */
export const DEBT_LIMIT = 4 * 1024 * 1024;
export const REBUILD_BYTES = 1024 * 1024;
/** Bytes parsed in one go: about 1 ms, for which output on its way to viewers waits. */
const SLICE = 16_384;
/** Parsing begins when output has paused this long, or its oldest byte has waited that long. */
const QUIET_MS = 20;
const OLDEST_MS = 250;
/** Bytes of answers that so many bytes of output may cause; a program that asks for more is not after answers. */
const ANSWERS_LIMIT = 4_096;
const ANSWERS_PER = 65_536;

export interface HeadlessOptions {
  cols: number;
  rows: number;
  /** Where the first byte fed lies. Beyond 0 the screen is doubtful until it is cleared. */
  offset: number;
  /** Queries in bytes from here on are answered; those before have been, or nobody waits for them any more. */
  answerFrom: number;
  /** Shared by all screens of this thread. */
  turns: Turns;
  /** Takes the answers, at most 4 kB for each 64 kB of output, in order. */
  answer: (text: string) => void;
  log: (message: string, details?: Record<string, unknown>) => void;
}

/** One headless screen: takes output at once, parses it a little later in slices, and tells what it shows. */
export class HeadlessScreen {
  readonly #options: HeadlessOptions;
  readonly #keyboard = new KeyboardFlags();
  readonly #exactness = new Exactness();
  readonly #backlog = new Backlog();
  readonly #watchers = new Set<() => void>();
  #built: Terminal | undefined;
  #boundary: Boundary;
  #received: number;
  #parsed: number;
  #title = "";
  #answers = "";
  /** Bytes of answers still allowed up to an offset. */
  #allowed = { bytes: 0, until: 0 };
  #answering = false;
  #working = false;
  #urgent = 0;
  #watched = 0;
  #oldest = 0;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(options: HeadlessOptions) {
    this.#options = options;
    this.#received = this.#parsed = options.offset;
    this.#boundary = new Boundary(options.offset);
    if (options.offset > 0) this.#exactness.doubt();
  }

  /** Made when it is first needed: that takes a millisecond, and after a restart of the server fifty begin at once. */
  get #terminal(): Terminal {
    return (this.#built ??= this.#build(this.#options));
  }

  get received(): number {
    return this.#received;
  }

  get title(): string {
    return this.#title;
  }

  /** Whether everything received is parsed. */
  get idle(): boolean {
    return this.#backlog.empty;
  }

  /** Takes the next chunk of a terminal's output. Never parses before it returns. */
  feed(chunk: TerminalChunk): void {
    if (this.#disposed) return;
    if (chunk.type === "exit") return this.wake();
    if (chunk.type === "gap") {
      const { size } = this.#backlog.cut(0);
      this.#received = chunk.offset;
      this.#rebuild(chunk.offset, size);
      return this.wake();
    }
    if (this.#backlog.empty) this.#oldest = performance.now();
    this.#backlog.add(chunk);
    if (chunk.type === "bytes") this.#received = chunk.offset + chunk.bytes.length;
    if (this.#backlog.bytes > DEBT_LIMIT) {
      const { offset, size } = this.#backlog.cut(REBUILD_BYTES);
      this.#rebuild(offset, size);
    }
    this.#schedule();
  }

  /** Resolves when everything before `offset` is parsed, or after `limitMs`. `watched`: a person waits for it. */
  async caughtUp(offset: number, limitMs: number, watched = false): Promise<void> {
    if (this.#parsed >= offset && this.idle) return;
    const limit = AbortSignal.timeout(Math.ceil(limitMs));
    this.#urgent++;
    if (watched) this.#watched++;
    if (this.#working) this.#work();
    else this.#schedule();
    while ((this.#parsed < offset || !this.idle) && !limit.aborted && !this.#disposed) await this.changed(limit);
    if (watched) this.#watched--;
    this.#urgent--;
  }

  /** Resolves with the next parsed slice, changed title or end, or when the signal aborts. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#watchers.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      if (signal.aborted || this.#disposed) return resolve();
      this.#watchers.add(done);
      signal.addEventListener("abort", done);
    });
  }

  /** Lets those who wait for a change look again. */
  wake(): void {
    for (const wake of this.#watchers) wake();
  }

  read(): Omit<ScreenState, "epoch"> {
    const screen = readScreen(this.#terminal);
    return { ...screen, title: this.#title, offset: this.#parsed, exact: this.#exactness.exact(this.#terminal) };
  }

  snapshot(): Omit<ScreenSnapshot, "epoch"> {
    const { cols, rows } = this.#terminal;
    const bytes = new TextEncoder().encode(
      drawSnapshot(this.#terminal, { title: this.#title, keyboard: this.#keyboard }),
    );
    return { offset: this.#boundary.clean, cols, rows, exact: this.#exactness.exact(this.#terminal), bytes };
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#options.turns.leave(this.#turn);
    this.#built?.dispose();
    this.wake();
  }

  #build({ cols, rows }: { cols: number; rows: number }): Terminal {
    const terminal = new xterm.Terminal({
      cols,
      rows,
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: "off",
    });
    const answer = (text: string): void => {
      if (!this.#answering || text.length > this.#allowed.bytes) return;
      this.#allowed.bytes -= text.length;
      this.#answers += text;
    };
    terminal.onData(answer);
    answerQueries(terminal, answer);
    terminal.onTitleChange((title) => (this.#title = title));
    this.#keyboard.watch(terminal);
    this.#exactness.watch(terminal);
    return terminal;
  }

  /** Goes on at `offset` with an empty screen in the modes known so far: what lies between is lost. */
  #rebuild(offset: number, size: { cols: number; rows: number } | undefined): void {
    const old = this.#terminal;
    this.#built = this.#build({ cols: size?.cols ?? old.cols, rows: size?.rows ?? old.rows });
    coreOf(this.#terminal).writeSync((old.buffer.active.type === "alternate" ? "\x1b[?1049h" : "") + drawModes(old));
    old.dispose();
    this.#exactness.doubt();
    this.#boundary = new Boundary(offset);
    this.#parsed = offset;
  }

  #schedule(): void {
    if (this.#working || this.#backlog.empty || this.#disposed) return;
    if (this.#urgent > 0 || performance.now() - this.#oldest > OLDEST_MS) this.#work();
    else if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#work(), QUIET_MS);
  }

  /** Parses slice by slice until nothing is left; everybody else has a turn between two. */
  #work(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#working = true;
    this.#options.turns.ask(this.#turn, this.#watched > 0);
  }

  readonly #turn = (): void => {
    this.#slice();
    this.#working = false;
    if (!this.#backlog.empty) this.#work();
    this.wake();
  };

  #slice(): void {
    const next = this.#backlog.take(SLICE, this.#options.answerFrom);
    if (next?.type === "resized") this.#terminal.resize(Math.max(2, next.cols), Math.max(1, next.rows));
    if (next?.type !== "bytes") return;
    this.#answering = next.offset >= this.#options.answerFrom;
    if (next.offset >= this.#allowed.until) this.#allowed = { bytes: ANSWERS_LIMIT, until: next.offset + ANSWERS_PER };
    try {
      coreOf(this.#terminal).writeSync(next.bytes);
      this.#parsed = next.offset + next.bytes.length;
      this.#boundary.read(next.bytes);
    } catch (error) {
      this.#options.log("a screen could not parse its output and begins anew", {
        offset: next.offset,
        error: String(error),
      });
      this.#rebuild(next.offset + next.bytes.length, undefined);
    }
    this.#answering = false;
    if (this.#answers !== "") this.#options.answer(this.#answers);
    this.#answers = "";
  }
}

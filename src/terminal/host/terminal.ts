import { ClustrError } from "../../contract/error.ts";
import type { TerminalExit, TerminalInfo, TerminalSpec } from "../../core/ports/terminal.ts";
import { Output } from "./output.ts";
import { openPty, type Pty } from "./pty.ts";
import { type Process, startOf } from "./processes.ts";
import { type ExitRecord, type TerminalRecord, writeExit, writeRecord } from "./record.ts";
import { members, type Tree } from "./tree.ts";

/** One terminal of this host: a running program with its output, or an ended one that can still be read. */
export class Terminal {
  readonly record: TerminalRecord;
  readonly output: Output;
  #pid = 0;
  #pty: Pty | undefined;
  /** Processes seen in its tree and still alive at the last look, pid → start. */
  #remembered = new Map<number, string>();
  readonly #ended = Promise.withResolvers<void>();

  private constructor(record: TerminalRecord, output: Output) {
    this.record = record;
    this.output = output;
  }

  /** Starts the program. The record is on disk before, so that a crash in between leaves nothing unknown behind. */
  static async start(
    home: string,
    spec: TerminalSpec,
    record: TerminalRecord,
    log: (message: string) => void,
  ): Promise<Terminal> {
    await writeRecord(home, record);
    const output = await Output.create(spec.journal, spec.cols, spec.rows, (message) =>
      log(`terminal ${spec.id}: ${message}`),
    );
    const terminal = new Terminal(record, output);
    const pty = openPty(spec, `${record.host}:${record.id}`, {
      data: (bytes) => output.push(bytes, pty),
      exit: (code, signal) => void terminal.#end(code, signal, log),
    });
    terminal.#pty = pty;
    terminal.#pid = pty.pid;
    const start = startOf(pty.pid);
    if (start !== undefined) {
      record.leader = { pid: pty.pid, start };
      // The program runs, so this may not fail any more; its tag is enough to find it by.
      await writeRecord(home, record).catch((error: unknown) => log(`terminal ${spec.id}: ${String(error)}`));
    }
    return terminal;
  }

  /** An ended terminal of an earlier host. */
  static async reopen(record: TerminalRecord, end: ExitRecord): Promise<Terminal> {
    const terminal = new Terminal(record, await Output.reopen(record.journal, end.endOffset, end.exit));
    terminal.#pid = end.pid;
    terminal.#ended.resolve();
    return terminal;
  }

  get id(): string {
    return this.record.id;
  }

  /** Whether its program still runs, or its exit is not on disk yet. */
  get live(): boolean {
    return this.output.exit === undefined;
  }

  /** Resolves when the exit is on disk and the output complete. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  get info(): TerminalInfo {
    const { end, exit, first, size } = this.output;
    const info = {
      id: this.id,
      epoch: this.record.epoch,
      pid: this.#pid,
      cols: size.cols,
      rows: size.rows,
      firstOffset: first,
      endOffset: end,
    };
    return exit ? { ...info, exit, left: this.#leftSomething() } : info;
  }

  /** What belongs to this terminal, for ending it. */
  get tree(): Tree {
    const own = `${this.record.host}:${this.id}`;
    return {
      tagged: (tag) => tag === own,
      leaders: this.live && this.record.leader ? [this.record.leader] : [],
      remembered: this.#remembered,
    };
  }

  write(bytes: Uint8Array): void {
    this.#running().write(bytes);
  }

  resize(cols: number, rows: number): void {
    const pty = this.#running();
    const { size } = this.output;
    if (size.cols === cols && size.rows === rows) return;
    pty.resize(cols, rows);
    this.output.resized(cols, rows);
  }

  /** Looks which of `all` processes belong to it now: some leave no other trace later. */
  remember(all: Process[]): void {
    this.#keep(members({ leaders: this.tree.leaders, remembered: this.#remembered }, all));
  }

  #keep(found: Process[]): void {
    this.#remembered = new Map(found.map((one) => [one.pid, one.start]));
  }

  #leftSomething(): boolean {
    return [...this.#remembered].some(([pid, start]) => startOf(pid) === start);
  }

  #running(): Pty {
    if (this.#pty) return this.#pty;
    throw new ClustrError("conflict", `The program in terminal ${this.id} has ended; its output can still be read.`);
  }

  async #end(code: number | null, signal: number | null, log: (message: string) => void): Promise<void> {
    this.#pty = undefined;
    this.#keep(members({ ...this.tree, session: this.#pid }));
    const exit: TerminalExit = { code, signal, at: new Date().toISOString() };
    const endOffset = this.output.end;
    await this.output.finish(exit, () =>
      writeExit(this.record.journal, { exit, endOffset, pid: this.#pid }).catch((error: unknown) =>
        log(
          `terminal ${this.id}: the exit could not be recorded and is known only until the host ends: ${String(error)}`,
        ),
      ),
    );
    this.#ended.resolve();
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { spawn, type IPty } from "@lydell/node-pty";
import { ClustrError } from "../../src/contract/error.ts";
import type { ScreenState } from "../../src/core/ports/screen.ts";
import type { AgentTerminal, ProgramSpec } from "../../src/core/ports/service.ts";
import type { TerminalExit } from "../../src/core/ports/terminal.ts";
import { RigScreen } from "./screen.ts";

/** Size of a terminal, as the core starts them. */
const COLS = 120;
const ROWS = 40;
/** How long a program may take to end when it is asked to. */
const LEAVE_MS = 3_000;

/** A program in a terminal of its own, without Clustr's terminal host: a real pty, and the screen it draws. */
export class RigProgram implements AgentTerminal {
  readonly #pty: IPty;
  readonly #screen = new RigScreen(COLS, ROWS);
  readonly #exit: Promise<TerminalExit>;
  #over = false;

  constructor({ command, args, env }: ProgramSpec, base: Record<string, string>, cwd: string) {
    const merged = Object.entries({ ...base, ...env }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const size = { name: "xterm-256color", cols: COLS, rows: ROWS };
    this.#pty = spawn(command, args, { ...size, cwd, env: Object.fromEntries(merged), encoding: null });
    this.#screen.onReply((bytes) => this.#pty.write(bytes));
    // With encoding null node-pty gives Buffers, which its types do not say.
    this.#pty.onData((bytes) => this.#screen.feed(bytes as unknown as Buffer));
    this.#exit = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode, signal }) => {
        this.#over = true;
        resolve({ code: signal ? null : exitCode, signal: signal ?? null, at: new Date().toISOString() });
      });
    });
  }

  get pid(): number {
    return this.#pty.pid;
  }

  async write(keys: string): Promise<void> {
    if (this.#over) throw new ClustrError("conflict", "The program has ended.");
    this.#pty.write(keys);
  }

  screen(): Promise<ScreenState> {
    return this.#screen.state();
  }

  titles(signal: AbortSignal): AsyncIterable<string> {
    return this.#screen.titles(signal);
  }

  exited(signal: AbortSignal): Promise<TerminalExit> {
    const aborted = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => aborted.reject(signal.reason as Error), { once: true });
    return Promise.race([this.#exit, aborted.promise]);
  }

  /** How it ended; undefined when it has not within `timeoutMs`. */
  async endedWithin(timeoutMs: number): Promise<TerminalExit | undefined> {
    return Promise.race([this.#exit, sleep(timeoutMs, undefined)]);
  }

  /** Ends it, as a stop of the core would, and waits until it has. */
  async end(): Promise<void> {
    if (this.#over) return;
    this.#pty.kill("SIGTERM");
    await Promise.race([this.#exit, sleep(LEAVE_MS).then(() => this.#pty.kill("SIGKILL"))]);
  }
}

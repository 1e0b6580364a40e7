import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { run } from "../../src/cli/run.ts";
import type { Io } from "../../src/cli/io.ts";
import type { WireServer } from "./server.ts";

/** What one run of the command line left behind. */
export interface Ran {
  code: number;
  out: string;
  err: string;
}

export interface World {
  env?: Record<string, string>;
  cwd?: string;
  /** Text on standard input; null leaves it open and silent. */
  stdin?: string | null;
  /** Whether standard input is a terminal, as far as the command can see. */
  terminal?: boolean;
  /** Columns of a terminal; without it output goes to a pipe. */
  columns?: number;
  signal?: AbortSignal;
  /** Called with each piece of output as it comes. */
  onOut?: (text: string) => void;
}

/** The moment at which every command runs. */
export const NOW = new Date("2030-05-01T12:00:00.000Z");

/** A home folder of its own for command lines; removed by `dispose`. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), "clustr-cli-"));

  /** Writes the file by which command lines find the server. */
  serve(server: WireServer): this {
    return this.file(
      "server.json",
      JSON.stringify({ url: server.url, token: server.token, pid: process.pid, started: NOW.toISOString() }),
    );
  }

  file(name: string, content: string): this {
    writeFileSync(join(this.path, name), content, { mode: 0o600 });
    return this;
  }

  /** Runs one command line in this process, with streams and an environment of its own. */
  async run(args: string[], world: World = {}): Promise<Ran> {
    const stdin = new PassThrough();
    if (world.stdin !== null) stdin.end(world.stdin ?? "");
    const out = collect(world.onOut);
    const err = collect();
    const stdout =
      world.columns === undefined ? out.stream : Object.assign(out.stream, { isTTY: true, columns: world.columns });
    const io: Io = {
      stdin: Object.assign(stdin, { isTTY: world.terminal === true }),
      stdout,
      stderr: err.stream,
      env: { CLUSTR_HOME: this.path, HOME: this.path, ...world.env },
      cwd: world.cwd ?? "/project",
      now: () => NOW,
      signal: world.signal ?? new AbortController().signal,
    };
    const code = await run(args, { io, version: "9.9.9" });
    return { code, out: out.text(), err: err.text() };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

function collect(onText?: (text: string) => void): { stream: PassThrough; text(): string } {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    onText?.(chunk.toString());
  });
  return { stream, text: () => text };
}

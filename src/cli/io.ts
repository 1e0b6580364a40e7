import { addAbortSignal, type Readable, type Writable } from "node:stream";

/** The world around one run of the command line. Tests run it in a world of their own. */
export interface Io {
  stdin: Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
  stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  stderr: Writable & { isTTY?: boolean };
  env: Record<string, string | undefined>;
  cwd: string;
  now(): Date;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
}

/** Prints a result line, or several. */
export function print(io: Io, text: string): void {
  io.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Prints one JSON value on one line. */
export function printJson(io: Io, value: unknown): void {
  io.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Says something beside the result; it never ends up in a pipe. */
export function note(io: Io, text: string): void {
  io.stderr.write(`${text}\n`);
}

/** Characters a file or pipe may bring as one text; a message has 1 MB, so more is a mistake. */
const TEXT_LIMIT = 8_000_000;

/** Standard input, piece by piece, until it ends. @throws AbortError on Ctrl-C, which would otherwise wait for its end. */
export function stdinOf(io: Io): AsyncIterable<Uint8Array | string> {
  return addAbortSignal(io.signal, io.stdin);
}

/** All of standard input as text, without the line break that ends it. */
export async function readStdin(io: Io): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of stdinOf(io)) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > TEXT_LIMIT) break;
  }
  return (text + decoder.decode()).replace(/\r?\n$/, "");
}

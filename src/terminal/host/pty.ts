import { closeSync, constants, openSync, readSync } from "node:fs";
import type { ReadStream } from "node:tty";
import { type IPty, spawn } from "@lydell/node-pty";
import type { TerminalSpec } from "../../core/ports/terminal.ts";
import { Input } from "./input.ts";
import { TAG } from "./processes.ts";

/** More than the kernel ever holds of a terminal's output, bytes. */
const KERNEL_LIMIT = 1_048_576;

/** What of node-pty's object its types do not show. The version is pinned; `pty.test.ts` fails when these go. */
interface PtyInside {
  fd: number;
  ptsName: string;
  _socket: ReadStream;
}

/** A program in a pseudo-terminal. */
export interface Pty {
  pid: number;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
}

export interface PtyEvents {
  data(bytes: Buffer): void;
  /** The program has ended and `data` has brought all that was printed. */
  exit(code: number | null, signal: number | null): void;
}

/** Starts a program in a new pseudo-terminal, as the leader of its own session. Throws when the system refuses one. */
export function openPty(spec: TerminalSpec, tag: string, events: PtyEvents): Pty {
  const pty = spawnWithMask(spec, { ...spec.env, [TAG]: tag });
  const { fd, ptsName, _socket: socket } = pty as unknown as PtyInside;
  // As long as somebody has the slave open, the end of the program is not taken for the end of its output.
  const slave = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
  const input = new Input(fd);

  // node-pty destroys the socket 200 ms after the program's end, read or not: take what is left first.
  const destroy = socket.destroy.bind(socket);
  socket.destroy = (error) => {
    input.close();
    if (!socket.destroyed) {
      while (socket.read() !== null); // Emits what a paused stream holds.
      drain(fd, events.data);
    }
    return destroy(error);
  };
  // With `encoding: null` node-pty hands out buffers, whatever its types say.
  pty.onData((data: unknown) => events.data(data as Buffer));
  pty.onExit(({ exitCode, signal }) => {
    closeSync(slave);
    events.exit(signal ? null : exitCode, signal || null);
  });
  return {
    pid: pty.pid,
    write: (bytes) => input.add(bytes),
    resize: (cols, rows) => pty.resize(cols, rows),
    pause: () => pty.pause(),
    resume: () => pty.resume(),
  };
}

/** The program inherits the mask the host has at this moment; the host's own files are private whatever the person's is. */
function spawnWithMask(spec: TerminalSpec, env: Record<string, string>): IPty {
  const own = process.umask(spec.umask);
  try {
    return spawn(spec.command, spec.args, {
      name: spec.env["TERM"] ?? "xterm-256color",
      cols: spec.cols,
      rows: spec.rows,
      cwd: spec.cwd,
      env,
      encoding: null, // Strings would halve the throughput, spoil offsets and lose invalid bytes.
    });
  } finally {
    process.umask(own);
  }
}

/** Reads a non-blocking descriptor until it is empty; what a program left behind goes on printing is cut off. */
function drain(fd: number, take: (bytes: Buffer) => void): void {
  try {
    for (let taken = 0; taken < KERNEL_LIMIT;) {
      const piece = Buffer.alloc(65_536);
      const count = readSync(fd, piece);
      if (count === 0) return;
      take(piece.subarray(0, count));
      taken += count;
    }
  } catch {
    // EAGAIN: empty. EIO: nobody can print any more.
  }
}

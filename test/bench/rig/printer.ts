/*
 * A program that prints into terminals from outside: `node printer.ts FILE BYTES MS TTY…` writes the next BYTES of FILE to
 * each every MS, from its beginning again when it is over, until it is killed. A terminal that takes no more is skipped,
 * as a program that would wait.
 */
import { constants, openSync, readFileSync, writeSync } from "node:fs";

const [, , file = "", bytes = "", pause = "", ...paths] = process.argv;
const text = readFileSync(file);
const size = Number(bytes);
const terminals = paths.map((path, at) => ({
  fd: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY),
  // Not all print the same at once.
  at: (at * 7_919) % text.length,
}));
let due = performance.now();

function print(): void {
  for (const terminal of terminals) {
    for (let left = size; left > 0;) {
      const piece = text.subarray(terminal.at, terminal.at + left);
      try {
        const written = writeSync(terminal.fd, piece);
        terminal.at = (terminal.at + written) % text.length;
        left -= written;
      } catch {
        break;
      }
    }
  }
  due += Number(pause);
  setTimeout(print, Math.max(0, due - performance.now()));
}

print();

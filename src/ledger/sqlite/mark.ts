import { closeSync, constants, fchmodSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";
import { codeOf } from "./failure.ts";

/*
 * A WAL that was cut or garbled looks to SQLite like one that was never written to the end: it serves what comes before
 * and says nothing. So the position of the last acknowledged event is also kept in a file of its own, written before the
 * acknowledgement. It is not synced: after a power cut it may be older than the ledger, never newer.
 */

/** Bytes of a mark: one sector is never half written. */
const SIZE = 64;

const line = (last: number) => {
  const text = `clustr ledger acknowledged up to ${String(last).padStart(16, "0")}`;
  return `${text} ${crc32(text).toString(16).padStart(8, "0")}`.padEnd(SIZE - 1) + "\n";
};

/** The marked position; 0 when there is no mark or it is not readable (then it cannot vouch for anything). */
export function readMark(file: string): number {
  try {
    const text = readFileSync(file, "latin1");
    const last = Number(/(\d{16})/.exec(text)?.[1] ?? 0);
    return text === line(last) ? last : 0;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}

/** The mark, held open for writing. */
export class Mark {
  readonly #fd: number;

  constructor(file: string, last: number) {
    this.#fd = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
    fchmodSync(this.#fd, 0o600);
    ftruncateSync(this.#fd, SIZE);
    this.set(last);
  }

  /** Best effort: a mark that stays behind only vouches for less. */
  set(last: number): void {
    try {
      writeSync(this.#fd, line(last), 0, "latin1");
    } catch {
      // The event itself is durable; see above.
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}

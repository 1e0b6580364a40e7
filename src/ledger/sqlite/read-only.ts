import { existsSync, rmSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { filesOf } from "./failure.ts";

/** Bytes of a file, 0 when it is not there. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/**
 * Opens a file that nobody uses through a connection that changes neither it nor its write-ahead log (a writing one would,
 * at the latest by the checkpoint at its end, and destroy what could still be rescued). Throws what SQLite throws. Trap: it
 * must not be empty; SQLite would take it for new and delete the log.
 */
export function openReadOnly(file: string): { db: Database.Database; close(): void } {
  const { wal, shm } = filesOf(file);
  rmSync(shm, { force: true }); // Only ever left by a reader that was killed.
  const walWasThere = existsSync(wal);
  const clear = (): void => {
    rmSync(shm, { force: true });
    if (!walWasThere) rmSync(wal, { force: true }); // Reading makes an empty one.
  };
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 1_000 });
    return { db, close: () => (db.close(), clear()) };
  } catch (error) {
    clear();
    throw error;
  }
}

import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { codeOf, Damage, filesOf, inUse } from "./failure.ts";
import { readMark } from "./mark.ts";
import { migrate } from "./schema.ts";
import { noteChecked, verify } from "./verify.ts";

/** The ledger's file, opened for writing by us alone. */
export interface LedgerFile {
  db: Database.Database;
  /** Checkpoints, closes, and lets the next one in. */
  close(): void;
}

/**
 * Opens the ledger, making it when there is none. Nobody else gets in until it is closed or the process is gone, however
 * it went. Throws errors of SQLite and the file system as they are, and `Damage`.
 */
export function openFile(file: string): LedgerFile {
  const unlock = lock(file);
  try {
    if (!existsSync(file)) create(file);
    secure(file);
    if (verify(file)) noteChecked(file);
    const db = connect(file);
    try {
      migrate(db);
    } catch (error) {
      db.close();
      throw error;
    }
    return {
      db,
      close() {
        db.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

/**
 * Takes the lock: an exclusive transaction on an empty database of its own, so that it holds before the ledger is looked
 * at, be it damaged or not. The kernel gives it back when the process dies. Trap: POSIX locks are lost when any code of
 * this process opens and closes the locked file; so nothing else may touch it, nor the ledger while it is open.
 */
export function lock(file: string): () => void {
  const path = filesOf(file).lock;
  try {
    closeSync(openSync(path, "wx", 0o600)); // Only when it is new: see the trap.
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  chmodSync(path, 0o600);
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma("journal_mode = MEMORY"); // Nothing is ever written: no journal file for it.
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    throw codeOf(error).startsWith("SQLITE_BUSY") ? inUse(file, error) : error;
  }
  return () => db.close();
}

function connect(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true, timeout: 1_000 });
  // Exclusive: also keeps other programs out, and needs no shared memory file. It must come before WAL mode is entered.
  db.pragma("locking_mode = EXCLUSIVE");
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("fullfsync = ON"); // macOS: fsync alone stops at the disk's cache.
  db.pragma("cell_size_check = ON");
  db.pragma("journal_size_limit = 16000000");
  return db;
}

/** Makes an empty ledger under another name and moves it in place, so that a file that is there is always a whole one. */
function create(file: string): void {
  const { draft, mark, wal, copies } = filesOf(file);
  const marked = readMark(mark);
  if (marked > 0) throw new Damage(file, `it is gone, though ${marked} events were acknowledged`);
  if (existsSync(wal)) throw new Damage(file, "it is gone, though its write-ahead log is there");
  if (copies.some((copy) => existsSync(copy))) throw new Damage(file, "it is gone, though a copy of it is there");
  for (const leftover of [draft, `${draft}-wal`, `${draft}-shm`, `${draft}-journal`]) rmSync(leftover, { force: true });
  closeSync(openSync(draft, "wx", 0o600));
  chmodSync(draft, 0o600);
  const db = connect(draft);
  try {
    migrate(db);
  } finally {
    db.close();
  }
  sync(draft);
  renameSync(draft, file);
  if (process.platform !== "win32") sync(dirname(file)); // Windows cannot open folders, and need not.
}

/** Private modes whatever the umask was, also for files put back from a backup. SQLite gives the WAL the file's mode. */
function secure(file: string): void {
  chmodSync(file, 0o600);
  const { wal } = filesOf(file);
  if (existsSync(wal)) chmodSync(wal, 0o600);
}

/** Makes a file's content, or the names in a folder, safe from a loss of power. */
export function sync(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

import { chmodSync, closeSync, existsSync, openSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import type { Row } from "../record.ts";
import { codeOf, filesOf } from "./failure.ts";
import { crcOf, expectedTables, migrate, tablesOf, versionOf } from "./schema.ts";

/*
 * Two copies of a ledger lie beside it. Events never change once they are written, so a copy is brought up to date by the
 * events it lacks, each compared with its checksum on the way: that costs what has happened since, not what there is. The
 * older of the two is the one that grows, so one of them is always at rest, whenever the machine stops.
 */

/** Bytes of the disk that a copy leaves free. */
const SPARE = 200_000_000;
/** Events and characters of one step: what an append may have to wait for. */
const STEP = { events: 500, size: 300_000 };

/** How far a copy has come. */
export interface Copied {
  /** Position of its last event. */
  last: number;
  /** There is nothing more to copy now. */
  done: boolean;
  /** Why nothing was copied. */
  skipped?: "no room" | undefined;
}

/** Brings the copies of one ledger up to date, a step at a time. Synchronous; lives in the ledger's thread. */
export class Copies {
  readonly #file: string;
  readonly #rows: (after: number, limit: number, size: number) => Row[];
  #db: Database.Database | undefined;
  #last = 0;

  /** `rows` gives some of the events after a position, checked; none when there is none. */
  constructor(file: string, rows: (after: number, limit: number, size: number) => Row[]) {
    this.#file = file;
    this.#rows = rows;
  }

  /** One step. Throws what SQLite throws; the copy is then as it was before the step. */
  step(): Copied {
    const db = (this.#db ??= this.#begin());
    if (!db) return { last: 0, done: true, skipped: "no room" };
    try {
      const rows = this.#rows(this.#last, STEP.events, STEP.size);
      insert(db, rows);
      this.#last = rows.at(-1)?.seq ?? this.#last;
      const done = rows.length === 0;
      if (done) this.close();
      return { last: this.#last, done };
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What was under way goes on from where it is with the next step. */
  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #begin(): Database.Database | undefined {
    const lasts = filesOf(this.#file).copies.map((copy) => ({ copy, last: this.#lastThatFits(copy) }));
    const [behind] = lasts.toSorted((a, b) => a.last - b.last);
    if (!behind || !hasRoom(this.#file, behind.last === 0)) return undefined;
    this.#last = behind.last;
    if (behind.last === 0) remove(behind.copy);
    return openCopy(behind.copy);
  }

  /** Position of a copy's last event when that is ours as well; 0 for what is no copy of this ledger and is made anew. */
  #lastThatFits(copy: string): number {
    if (!existsSync(copy)) return 0;
    try {
      const db = new Database(copy, { fileMustExist: true, timeout: 1_000 });
      try {
        if (versionOf(db) < 1 || tablesOf(db) !== expectedTables(versionOf(db))) return 0;
        const row = db.prepare("SELECT seq, crc FROM events ORDER BY seq DESC LIMIT 1").get();
        if (!row) return 0;
        const { seq, crc } = row as { seq: number; crc: number };
        const [ours] = this.#rows(seq - 1, 1, 1);
        return ours?.seq === seq && crcOf(ours) === crc ? seq : 0;
      } finally {
        db.close();
      }
    } catch (error) {
      // Somebody who looks at it right now does not make it a bad one.
      if (/^SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN)/.test(codeOf(error))) throw error;
      return 0;
    }
  }
}

/** Opens a ledger nobody else uses, for rows that are put in as they are; makes it when it is not there. */
export function openCopy(file: string): Database.Database {
  if (!existsSync(file)) closeSync(openSync(file, "wx", 0o600));
  chmodSync(file, 0o600);
  const db = new Database(file, { fileMustExist: true, timeout: 1_000 });
  try {
    db.pragma("journal_mode = WAL");
    // Synced as it is closed; before that a loss of power costs its last steps, which are done again.
    db.pragma("synchronous = NORMAL");
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Puts rows into a copy as they are, all or none. */
export function insert(db: Database.Database, rows: readonly Row[]): void {
  const statement = db.prepare("INSERT INTO events VALUES (@seq, @id, @at, @actor, @subject, @type, @crc, @data)");
  db.transaction(() => {
    for (const row of rows) statement.run({ ...row, crc: crcOf(row) });
  }).immediate();
}

/** Deletes a file of SQLite with what belongs to it. */
export function remove(file: string): void {
  for (const each of [file, `${file}-wal`, `${file}-shm`, `${file}-journal`]) rmSync(each, { force: true });
}

function hasRoom(file: string, whole: boolean): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  const needed = whole ? (statSync(file, { throwIfNoEntry: false })?.size ?? 0) : 0;
  return bavail * bsize > needed + SPARE;
}

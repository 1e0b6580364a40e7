import { statSync, utimesSync, writeFileSync } from "node:fs";
import type Database from "better-sqlite3";
import { ClustrError } from "../../contract/error.ts";
import type { Row } from "../record.ts";
import { codeOf, Damage, filesOf } from "./failure.ts";
import { readMark } from "./mark.ts";
import { openReadOnly, sizeOf } from "./read-only.ts";
import { crcOf, expectedTables, tablesOf, VERSION, versionOf } from "./schema.ts";

/**
 * Bytes up to which every row and index is checked at every opening: about 0.3 s for 100 000 events (60 MB). Up to the
 * second figure that is done once a week, and when the last server did not end in order (its write-ahead log is there).
 * Otherwise only the structure is; a damaged row is then found when it is read, by its checksum.
 */
const FULL_CHECK = { always: 256_000_000, weekly: 4_000_000_000 };
/** Milliseconds. */
const WEEK = 7 * 86_400_000;

/**
 * Checks the file through a connection that changes nothing; whether every row and index of it was. Throws `Damage`, or
 * `unavailable` for a version this code does not know. The caller holds the lock.
 */
export function verify(file: string): boolean {
  const full = isFullCheck(file);
  if (sizeOf(file) === 0) throw new Damage(file, "it is empty"); // SQLite would take it for new and delete the WAL.
  let reading: ReturnType<typeof openReadOnly> | undefined;
  try {
    reading = openReadOnly(file);
    const { db } = reading;
    db.pragma("cell_size_check = ON");
    const version = versionOf(db);
    if (version > VERSION) throw newer(file, version);
    if (version < 1 || db.pragma("journal_mode", { simple: true }) !== "wal")
      throw new Damage(file, "it is not a ledger of Clustr");
    if (tablesOf(db) !== expectedTables(version)) throw new Damage(file, "its tables are not those of a ledger");
    const [problem] = db.pragma(full ? "integrity_check(1)" : "quick_check(1)") as Record<string, string>[];
    const found = problem && Object.values(problem)[0];
    if (found !== "ok") throw new Damage(file, (found ?? "the check gave no answer").replaceAll(/\s+/g, " "));
    checkRows(db, file, full);
    return full;
  } catch (error) {
    // The folder was just written to (the lock), so what cannot be opened now is broken in itself, e.g. a garbled WAL header.
    if (/^SQLITE_(CORRUPT|NOTADB|CANTOPEN|ERROR|IOERR_SHORT_READ)/.test(codeOf(error)))
      throw new Damage(file, (error as Error).message);
    throw error;
  } finally {
    reading?.close();
  }
}

function isFullCheck(file: string): boolean {
  const { wal, checked } = filesOf(file);
  const size = sizeOf(file) + sizeOf(wal);
  if (size <= FULL_CHECK.always || size > FULL_CHECK.weekly) return size <= FULL_CHECK.always;
  const last = statSync(checked, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sizeOf(wal) > 0 || Math.abs(Date.now() - last) > WEEK;
}

/** Notes that everything was checked now. Best effort: without it the next opening checks again. */
export function noteChecked(file: string): void {
  const { checked } = filesOf(file);
  if (sizeOf(file) <= FULL_CHECK.always) return;
  try {
    writeFileSync(checked, "", { mode: 0o600 });
    utimesSync(checked, new Date(), new Date());
  } catch {
    // See above.
  }
}

/** Positions are 1, 2, 3 … without a hole, up to at least the mark; each row fits its checksum. */
function checkRows(db: Database.Database, file: string, full: boolean): void {
  db.function(
    "intact",
    { varargs: true },
    (seq: number, id: string, at: string, actor: string, subject: string, type: string, crc: number, data: string) =>
      crcOf({ seq, id, at, actor, subject, type, data }) === crc ? 1 : 0,
  );
  const { count, first, last } = db
    .prepare("SELECT count(*) AS count, coalesce(min(seq), 1) AS first, coalesce(max(seq), 0) AS last FROM events")
    .get() as Record<"count" | "first" | "last", number>;
  if (first !== 1 || count !== last) throw new Damage(file, `${last - count} of its ${last} events are missing`);
  const marked = readMark(filesOf(file).mark);
  if (marked > last) throw new Damage(file, `its last event is ${last}, but events up to ${marked} were acknowledged`);
  if (!full) return;
  const bad = db
    .prepare("SELECT seq FROM events WHERE NOT intact(seq, id, at, actor, subject, type, crc, data) LIMIT 1")
    .get() as Pick<Row, "seq"> | undefined;
  if (bad) throw new Damage(file, `event ${bad.seq} does not match its checksum`);
}

function newer(file: string, version: number): ClustrError {
  return new ClustrError(
    "unavailable",
    `The ledger ${file} was written by a newer Clustr (format ${version}, this one knows ${VERSION}). Nothing was changed. Install that version or a later one.`,
    { details: { file, version } },
  );
}

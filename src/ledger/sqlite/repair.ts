import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type Database from "better-sqlite3";
import { ClustrError } from "../../contract/error.ts";
import { damageIn, type Repaired } from "../../core/ports/damage.ts";
import type { Row } from "../record.ts";
import { insert, openCopy, remove } from "./copies.ts";
import { filesOf } from "./failure.ts";
import { lock, sync } from "./file.ts";
import { readMark } from "./mark.ts";
import { openReadOnly, sizeOf } from "./read-only.ts";
import { crcOf } from "./schema.ts";
import { verify } from "./verify.ts";

/** Events put into the new ledger at once. */
const BATCH = 500;

/**
 * Puts the last good copy in the place of a damaged ledger, with every event after it that can still be read: one that fits
 * its checksum and follows the one before without a gap. Before anything is changed the damaged files are in a folder of
 * their own, and the result is one of the copies: killed at any point, it can be done again. Where nothing can be read at all, the next
 * opening begins an empty ledger. Synchronous.
 *
 * Throws `conflict` while a server has the ledger, `unavailable` for one that a newer Clustr wrote, and what the file system
 * says. `lossless`: also `unavailable`, and nothing was changed, when acknowledged events would be lost or nothing is left.
 */
export function repair(file: string, now: Date, lossless = false): Repaired {
  const unlock = lock(file);
  try {
    const damage = damageOf(file);
    if (damage === undefined) return { events: 0, salvaged: 0, lost: 0 };
    const { draft, copies, mark, wal } = filesOf(file);
    const base = bestCopy(file);
    remove(draft);
    if (base) copyWhole(base.copy, draft);
    const db = openCopy(draft);
    let salvaged: number;
    try {
      salvaged = salvage(file, db, base?.last ?? 0);
    } finally {
      db.close();
    }
    const events = (base?.last ?? 0) + salvaged;
    const lost = Math.max(0, readMark(mark) - events);
    if (lossless && events === 0) throw nothingLeft(file, damage);
    if (lossless && lost > 0) throw lossy(file, damage, lost);
    if (events === 0) {
      const aside = putAside(file, now, [file, wal, mark, ...copies]);
      // The mark goes last: until then what is there is refused as damaged.
      for (const each of [...copies, file]) remove(each);
      rmSync(mark, { force: true });
      return { damage, events, salvaged, lost, aside };
    }
    verify(draft);
    sync(draft);
    const aside = putAside(file, now, [file, wal, mark]);
    const [first, second] = copies;
    const kept = base?.copy === first ? second : first;
    remove(kept);
    renameSync(draft, kept);
    copyWhole(kept, draft);
    sync(draft);
    // From here the order counts: what is there is refused as damaged until the mark, which goes last, is gone.
    rmSync(wal, { force: true });
    renameSync(draft, file);
    sync(dirname(file));
    rmSync(mark, { force: true });
    return { damage, events, salvaged, lost, aside };
  } finally {
    remove(filesOf(file).draft);
    unlock();
  }
}

function damageOf(file: string): string | undefined {
  const { mark, wal, copies } = filesOf(file);
  if (!existsSync(file)) return [mark, wal, ...copies].some((each) => existsSync(each)) ? "it is gone" : undefined;
  try {
    verify(file);
    return undefined;
  } catch (error) {
    const damage = damageIn(error);
    if (damage === undefined) throw error;
    return damage;
  }
}

/** The whole copy that has come furthest and is of this ledger, as far as can be told. */
function bestCopy(file: string): { copy: string; last: number } | undefined {
  const found = filesOf(file).copies.flatMap((copy) => {
    if (!existsSync(copy)) return [];
    try {
      verify(copy);
      const last = lastRow(copy);
      const same = last && rowsAfter(file, last.seq - 1).next().value;
      // Where the damaged file can still be read there, it has to be the same event.
      return !last || (same?.seq === last.seq && crcOf(same) !== crcOf(last)) ? [] : [{ copy, last: last.seq }];
    } catch {
      return [];
    }
  });
  return found.toSorted((a, b) => b.last - a.last)[0];
}

function lastRow(file: string): Row | undefined {
  const { db, close } = openReadOnly(file);
  try {
    return db.prepare("SELECT seq, id, at, actor, subject, type, data FROM events ORDER BY seq DESC LIMIT 1").get() as
      | Row
      | undefined;
  } finally {
    close();
  }
}

/** Puts what can be read after `last` into the new ledger; how many events that were. */
function salvage(file: string, db: Database.Database, last: number): number {
  let rows: Row[] = [];
  let count = 0;
  const put = (): void => {
    // An id that is there already cannot come a second time: what holds it is not our ledger.
    insert(db, rows);
    count += rows.length;
    rows = [];
  };
  for (const row of rowsAfter(file, last)) if (rows.push(row) === BATCH) put();
  put();
  return count;
}

/** The events after a position as far as each proves itself. */
function* rowsAfter(file: string, after: number): Generator<Row, undefined> {
  if (sizeOf(file) === 0) return;
  let reading: ReturnType<typeof openReadOnly> | undefined;
  try {
    reading = openReadOnly(file);
    const { db } = reading;
    db.pragma("cell_size_check = ON");
    const rows = db.prepare(
      "SELECT seq, id, at, actor, subject, type, data, crc FROM events WHERE seq > ? ORDER BY seq",
    );
    let seq = after;
    for (const found of rows.iterate(after)) {
      const { crc, ...row } = found as Row & { crc: number };
      if (row.seq !== ++seq || crcOf(row) !== crc) return;
      yield row;
    }
  } catch {
    // It can be read up to here.
  } finally {
    reading?.close();
  }
}

function copyWhole(from: string, to: string): void {
  remove(to);
  for (const part of ["", "-wal"]) if (existsSync(from + part)) copyFileSync(from + part, to + part);
  // What lies in a write-ahead log goes into the file.
  const db = openCopy(to);
  db.close();
}

/** The damaged files under another name, beside the ones in use. */
function putAside(file: string, now: Date, parts: readonly string[]): string {
  const aside = join(dirname(file), `damaged-${now.toISOString().replaceAll(/[:.]/g, "-")}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const each of parts) {
    if (!existsSync(each)) continue;
    const to = join(aside, basename(each));
    try {
      linkSync(each, to);
    } catch {
      copyFileSync(each, to); // A file system without links.
    }
  }
  sync(aside);
  sync(dirname(aside));
  return aside;
}

function nothingLeft(file: string, damage: string): ClustrError {
  return new ClustrError(
    "unavailable",
    `Nothing can be read of the ledger ${file} (${damage}), and there is no whole copy of it. Nothing was changed. Restore its folder from a backup of yours; or \`clustr doctor --fix\` begins an empty ledger, and keeps the damaged files.`,
    { details: { file, damage } },
  );
}

function lossy(file: string, damage: string, lost: number): ClustrError {
  return new ClustrError(
    "unavailable",
    `The ledger ${file} is damaged: ${damage}. Mending it would lose at least ${lost} acknowledged ${lost === 1 ? "event" : "events"}, so that is not done unasked; nothing was changed. \`clustr doctor --fix\` does it, and keeps the damaged file.`,
    { details: { file, damage, lost } },
  );
}

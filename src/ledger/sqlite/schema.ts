import { crc32 } from "node:zlib";
import Database from "better-sqlite3";
import type { Row } from "../record.ts";

/**
 * Steps from one version of the file to the next; step n leads to `user_version` n. Never edit one that was released:
 * add another. `data` comes last so that filters need not read through it. `crc` covers every other column (SQLite has no
 * checksums of its own for what is not in the WAL).
 */
const MIGRATIONS = [
  `CREATE TABLE events(
     seq INTEGER PRIMARY KEY,
     id TEXT NOT NULL UNIQUE,
     at TEXT NOT NULL,
     actor TEXT NOT NULL,
     subject TEXT NOT NULL,
     type TEXT NOT NULL,
     crc INTEGER NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX events_subject ON events(subject);
   CREATE INDEX events_type ON events(type);`,
];

/** Version of the file this code writes. */
export const VERSION = MIGRATIONS.length;

/** Brings the file to `version`, in one transaction: a crash leaves the old version or the new one. */
export function migrate(db: Database.Database, version = VERSION): void {
  const from = versionOf(db);
  if (from >= version) return;
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(from, version)) db.exec(step);
    db.pragma(`user_version = ${version}`);
  }).immediate();
}

/** Version of the file, 0 for one that is no ledger yet. */
export function versionOf(db: Database.Database): number {
  return db.pragma("user_version", { simple: true }) as number;
}

/** The file's own description of its tables, to be compared with `expectedTables`. */
export function tablesOf(db: Database.Database): string {
  return JSON.stringify(
    db.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name").raw().all(),
  );
}

/** What `tablesOf` says of an undamaged file of this version. */
export function expectedTables(version: number): string {
  const db = new Database(":memory:");
  try {
    migrate(db, version);
    return tablesOf(db);
  } finally {
    db.close();
  }
}

/** Checksum of an event's row. */
export function crcOf({ seq, id, at, actor, subject, type, data }: Row): number {
  return crc32([seq, id, at, actor, subject, type, data].join("\n"));
}

import { ClustrError } from "../../contract/error.ts";

/** The files a ledger consists of, beside the one it is named by. */
export const filesOf = (file: string) => ({
  wal: `${file}-wal`,
  shm: `${file}-shm`,
  mark: `${file}-mark`,
  lock: `${file}-lock`,
  draft: `${file}-new`,
  /** Two, of which at least one is whole (copies.ts). */
  copies: [`${file}-copy-1`, `${file}-copy-2`] as const,
  /** Its time says when every part of the file was checked last. */
  checked: `${file}-checked`,
});

/** The file does not hold what was written to it. Raised instead of ever serving part of a ledger as the whole. */
export class Damage extends ClustrError {
  constructor(file: string, what: string, kept = "Nothing was changed.") {
    super(
      "unavailable",
      `The ledger ${file} is damaged: ${what}. ${kept} \`clustr doctor --fix\` puts the last good copy in its place, with ` +
        `every later event that can still be read, or begins an empty ledger where nothing can; the damaged file is kept.`,
      { details: { file, damage: what } },
    );
  }
}

/** Code of an error of SQLite or the file system, e.g. `SQLITE_FULL`, `EACCES`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** What SQLite or the file system said, as an error that says what to do. Errors of our own pass through. */
export function explain(error: unknown, file: string): ClustrError {
  if (error instanceof ClustrError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  const unavailable = (message: string) =>
    new ClustrError("unavailable", message, { cause: error, details: { file, code, text } });
  if (/^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/.test(code))
    return new Damage(file, text, "Nothing more is written to it.");
  if (/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)/.test(code)) {
    return unavailable(
      `The disk with the ledger ${file} is full. Nothing was written; what was acknowledged is kept. Free some space and try again; no restart is needed.`,
    );
  }
  if (/^(SQLITE_READONLY|EROFS)/.test(code)) {
    return unavailable(
      `The ledger ${file} cannot be written: its disk or file is read-only (${code}). What was acknowledged is kept. Make it writable and try again.`,
    );
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return inUse(file, error);
  if (/^(SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|ENOENT|ENOTDIR|EISDIR)/.test(code)) {
    return unavailable(
      `The ledger ${file} cannot be opened: ${text}. Nothing was changed. Check that its folder exists and that you may read and write in it.`,
    );
  }
  if (/^(SQLITE_IOERR|EIO)/.test(code)) {
    return unavailable(
      `The disk with the ledger ${file} reports an error (${code}). What was acknowledged is kept. Check the disk, then try again.`,
    );
  }
  return unavailable(
    `The ledger ${file} failed (${code || text}). What was acknowledged is kept. Try again; if it stays, restart Clustr and report it.`,
  );
}

/** Somebody else holds the file. */
export function inUse(file: string, cause?: unknown): ClustrError {
  return new ClustrError(
    "conflict",
    `Another Clustr server uses the ledger ${file}. Nothing was changed. Use that server, or stop it first; a server that crashed holds nothing.`,
    { cause, details: { file } },
  );
}

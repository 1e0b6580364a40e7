import type Database from "better-sqlite3";
import { toFailure } from "../../contract/error.ts";
import { toRow, type Draft, type Row } from "../record.ts";
import { Copies, type Copied } from "./copies.ts";
import { codeOf, Damage, explain, filesOf } from "./failure.ts";
import { openFile } from "./file.ts";
import { Mark } from "./mark.ts";
import type { Calls, Page, PageQuery, Verdict } from "./protocol.ts";
import { crcOf } from "./schema.ts";

/** Characters of events after which a page ends: what the main thread parses at once. */
const PAGE_SIZE = 1_000_000;

const COLUMNS = "seq, id, at, actor, subject, type, crc, data";

/**
 * The ledger's file and all SQL on it. Synchronous: lives in a thread of its own. Throws ClustrErrors. Once damage was
 * seen, nothing is written until it is opened (and so checked) anew.
 */
export class Store implements Calls {
  readonly #file: string;
  readonly #opened: ReturnType<typeof openFile>;
  readonly #db: Database.Database;
  readonly #mark: Mark;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #copies: Copies;
  #last: number;
  #damage: Damage | undefined;

  constructor(file: string) {
    this.#file = file;
    this.#opened = openFile(file);
    this.#db = this.#opened.db;
    this.#last = this.#db.prepare("SELECT coalesce(max(seq), 0) FROM events").pluck().get() as number;
    this.#mark = new Mark(filesOf(file).mark, this.#last);
    this.#copies = new Copies(file, (after, limit, size) => this.page({ after, limit }, size).rows);
  }

  append(drafts: Draft[]): Verdict[] {
    const all = (outcome: "unavailable" | "unknown", error: unknown) => {
      const failure = toFailure(this.#explain(error));
      return drafts.map((): Verdict => ({ outcome, failure }));
    };
    if (this.#damage) return all("unavailable", this.#damage);
    const before = this.#last;
    let verdicts: Verdict[];
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      verdicts = drafts.map((draft) => this.#write(draft));
    } catch (error) {
      this.#rollback(before);
      return all("unavailable", error);
    }
    try {
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#rollback(before);
      // The commit record comes last, so a failed write means it is not there. After any other failure (a sync) it may be
      // on disk, to be found after a crash.
      return all(/^SQLITE_(FULL|READONLY|IOERR_WRITE)/.test(codeOf(error)) ? "unavailable" : "unknown", error);
    }
    if (this.#last > before) this.#mark.set(this.#last);
    return verdicts;
  }

  page(
    { after = 0, before = Number.MAX_SAFE_INTEGER, limit, subject, type, newest = false }: PageQuery,
    most = PAGE_SIZE,
  ): Page {
    const filters = [
      ...(subject === undefined ? [] : ["subject = @subject"]),
      ...(type === undefined ? [] : ["type = @type"]),
    ];
    const where = ["seq > @after", "seq < @before", ...filters].join(" AND ");
    const statement = this.#prepare(
      `SELECT ${COLUMNS} FROM events WHERE ${where} ORDER BY seq ${newest ? "DESC" : "ASC"} LIMIT @limit`,
    );
    const bounds = {
      after,
      before,
      limit: Math.max(0, limit),
      ...(subject === undefined ? {} : { subject }),
      ...(type === undefined ? {} : { type }),
    };
    const rows: Row[] = [];
    let size = 0;
    let cut = false;
    this.#guard(() => {
      for (const row of statement.iterate(bounds)) {
        const checked = this.#check(row);
        rows.push(checked);
        size += checked.data.length;
        cut = size > most;
        if (cut) break;
      }
      if (newest) rows.reverse();
      if (filters.length === 0)
        this.#checkOrder(rows, newest ? undefined : Math.max(0, after) + 1, Math.min(this.#last, before - 1), limit);
    });
    return { rows, complete: !cut || rows.length >= limit };
  }

  find(id: string): Row | undefined {
    return this.#guard(() => {
      const row = this.#prepare(`SELECT ${COLUMNS} FROM events WHERE id = ?`).get(id);
      return row === undefined ? undefined : this.#check(row);
    });
  }

  lastOf(subject: string): number {
    return this.#guard(
      () =>
        this.#prepare("SELECT coalesce(max(seq), 0) AS last FROM events WHERE subject = ?").get(subject) as {
          last: number;
        },
    ).last;
  }

  last(): number {
    return this.#last;
  }

  copy(): Copied {
    if (this.#damage) throw this.#damage;
    return this.#copies.step();
  }

  close(): void {
    this.#copies.close();
    this.#mark.close();
    this.#opened.close();
  }

  #write(draft: Draft): Verdict {
    const repeated = this.find(draft.id);
    if (repeated) return { outcome: "repeated", row: repeated };
    if (draft.expectLast !== undefined) {
      const last = this.lastOf(draft.subject);
      if (last !== draft.expectLast) return { outcome: "conflict", last };
    }
    const row = toRow(draft, this.#last + 1, new Date().toISOString());
    this.#prepare("INSERT INTO events VALUES (@seq, @id, @at, @actor, @subject, @type, @crc, @data)").run({
      ...row,
      crc: crcOf(row),
    });
    this.#last = row.seq;
    return { outcome: "written", seq: row.seq, at: row.at };
  }

  #rollback(last: number): void {
    this.#last = last;
    try {
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
    } catch {
      // SQLite has rolled back by itself; the cause is reported by the caller.
    }
  }

  #check(found: unknown): Row {
    const { crc, ...row } = found as Row & { crc: number };
    if (crcOf(row) !== crc) throw this.#damaged(`event ${row.seq} does not match its checksum`);
    return row;
  }

  /** Positions have no holes, so rows that a damaged page swallowed are noticed. */
  #checkOrder(rows: Row[], first: number | undefined, last: number, limit: number): void {
    let expected = first ?? rows[0]?.seq ?? 0;
    if (rows.length === 0 && limit > 0 && expected > 0 && expected <= last)
      throw this.#damaged(`event ${expected} is missing`);
    for (const row of rows) {
      if (row.seq !== expected++) throw this.#damaged(`event ${expected - 1} is missing`);
    }
  }

  #damaged(what: string): Damage {
    return new Damage(this.#file, what, "Nothing more is written to it.");
  }

  #guard<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown) {
    const explained = explain(error, this.#file);
    if (explained instanceof Damage) this.#damage ??= explained;
    return explained;
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
}

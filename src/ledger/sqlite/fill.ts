import type { Event } from "../../contract/event.ts";
import { toDraft, toRow, type AnyFact } from "../record.ts";
import { insert, openCopy } from "./copies.ts";
import { sync } from "./file.ts";

/**
 * Writes a new ledger of events that happened elsewhere: positions, ids and times stay as they are. `file` must not exist.
 * Positions must be 1, 2, 3 …; each array is written in one step, so keep them small. Throws `invalid` for what is no
 * event, and what SQLite throws (an id twice); what was written then is the caller's to delete.
 */
export async function fillLedger<F extends AnyFact>(file: string, pages: AsyncIterable<Event<F>[]>): Promise<void> {
  const db = openCopy(file);
  try {
    for await (const page of pages)
      insert(
        db,
        page.map((event) => toRow(toDraft(event, undefined), event.seq, event.at)),
      );
  } finally {
    db.close();
  }
  sync(file);
}

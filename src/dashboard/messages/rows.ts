import { HUMAN, SYSTEM } from "../../contract/actor.ts";
import type { Message } from "../../contract/message.ts";

/** A row of the feed: a message, or what divides them. */
export type Row = Message | Divider;

export type Divider =
  /** Older ones are on their way, or can be had. */
  | { kind: "older"; key: "older" }
  | { kind: "day"; key: string; at: string }
  /** Below it is what the person had not read when they came. */
  | { kind: "new"; key: "new" };

export function isDivider(row: Row): row is Divider {
  return "kind" in row;
}

/** The same for the same row, whatever else is in the list; a message's is its id. */
export function keyOf(row: Row): string {
  return isDivider(row) ? row.key : row.id;
}

/** The rows of a feed: its messages, a divider for each day, and one before what is new. `read`: a ledger position. */
export function rowsOf(messages: readonly Message[], read: number, older: boolean): Row[] {
  const rows: Row[] = older ? [{ kind: "older", key: "older" }] : [];
  let hour = "";
  let day = "";
  let divided = false;
  for (const message of messages) {
    const { at, seq, from } = message;
    // A date is costly; within one hour it does not change.
    if (at.slice(0, 13) !== hour) {
      hour = at.slice(0, 13);
      const date = new Date(at).toDateString();
      if (date !== day) rows.push({ kind: "day", key: `day ${date}`, at });
      day = date;
    }
    if (!divided && seq > read && from !== HUMAN) {
      divided = true;
      rows.push({ kind: "new", key: "new" });
    }
    rows.push(message);
  }
  return rows;
}

/** Pixels a row will need in a feed of this width, roughly: it is measured once it is on the screen. */
export function heightOf(row: Row, width: number): number {
  if (isDivider(row)) return 32;
  const { content, from } = row;
  const letters = Math.max(20, width / 6.6);
  const lines = Math.min(14, Math.ceil(Math.min(content.length, 1_000) / letters));
  return from === SYSTEM ? 12 + Math.min(3, lines) * 16 : 62 + lines * 20;
}

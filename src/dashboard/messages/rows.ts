import { HUMAN, SYSTEM } from "../../contract/actor.ts";
import type { Message } from "../../contract/message.ts";

/** A row of the feed. */
export type Row =
  /** Older ones are on their way, or can be had. */
  | { kind: "older"; key: "older" }
  | { kind: "day"; key: string; at: string }
  /** Below it is what the person had not read when they came. */
  | { kind: "new"; key: "new" }
  | { kind: "message"; key: string; message: Message };

const rowOfMessage = new WeakMap<Message, Row>();

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
    let row = rowOfMessage.get(message);
    if (!row) rowOfMessage.set(message, (row = { kind: "message", key: message.id, message }));
    rows.push(row);
  }
  return rows;
}

/** Pixels a row will need in a feed of this width, roughly: it is measured once it is on the screen. */
export function heightOf(row: Row, width: number): number {
  if (row.kind !== "message") return 32;
  const { content, from } = row.message;
  const letters = Math.max(20, width / 6.6);
  const lines = Math.min(14, Math.ceil(Math.min(content.length, 1_000) / letters));
  return from === SYSTEM ? 12 + Math.min(3, lines) * 16 : 62 + lines * 20;
}

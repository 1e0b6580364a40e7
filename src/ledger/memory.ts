import type { Fact } from "../contract/event.ts";
import type { Appended, Ledger } from "../core/ports/ledger.ts";
import { closedLedger, toDraft, toEvent, toRow, type AnyFact, type Row } from "./record.ts";
import { follow, Growth } from "./tail.ts";

/** Events a tail takes at once. */
const PAGE = 256;

/**
 * A ledger that lives as long as its process, for tests and for trying things out. It keeps every promise of the port
 * but durability, and like a real one it stores text: what comes back is never the object that went in.
 */
export function memoryLedger<F extends AnyFact = Fact>(): Ledger<F> {
  const rows: Row[] = [];
  const byId = new Map<string, Row>();
  const lastBySubject = new Map<string, number>();
  const growth = new Growth();

  const open = () => {
    if (growth.ended) throw closedLedger();
  };
  const event = (row: Row) => toEvent<F>(row);

  const ledger: Ledger<F> = {
    async append(entry, expectLast): Promise<Appended<F>> {
      const draft = toDraft(entry, expectLast);
      if (growth.ended) return { outcome: "unavailable", cause: closedLedger() };
      const repeated = byId.get(draft.id);
      if (repeated) return { outcome: "repeated", event: event(repeated) };
      const last = lastBySubject.get(draft.subject) ?? 0;
      if (expectLast !== undefined && expectLast !== last) return { outcome: "conflict", last };
      const row = toRow(draft, rows.length + 1, new Date().toISOString());
      rows.push(row);
      byId.set(row.id, row);
      lastBySubject.set(row.subject, row.seq);
      growth.reach(row.seq);
      return { outcome: "written", event: event(row) };
    },
    async lastOf(subject) {
      open();
      return lastBySubject.get(subject) ?? 0;
    },
    async find(id) {
      open();
      const row = byId.get(id);
      return row && event(row);
    },
    async read({ after = 0, before = Infinity, limit, subject, type, newest = false }) {
      open();
      if (limit < 1) return [];
      const matching = rows
        .slice(Math.max(0, after), Math.min(rows.length, Math.max(0, before - 1)))
        .filter(
          (row) => (subject === undefined || row.subject === subject) && (type === undefined || row.type === type),
        );
      return (newest ? matching.slice(-limit) : matching.slice(0, limit)).map(event);
    },
    tail(after, signal) {
      return follow((position) => ledger.read({ after: position, limit: PAGE }), growth, after, signal);
    },
    async last() {
      open();
      return rows.length;
    },
    async close() {
      growth.end();
    },
  };
  return ledger;
}

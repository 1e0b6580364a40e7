import { existsSync } from "node:fs";
import { fromFailure } from "../../contract/error.ts";
import type { Event, Fact } from "../../contract/event.ts";
import type { Appended, Ledger } from "../../core/ports/ledger.ts";
import { closedLedger, toDraft, toEvent, toRow, type AnyFact, type Draft, type Row } from "../record.ts";
import { follow, Growth } from "../tail.ts";
import { filesOf } from "./failure.ts";
import { keepCopies, type CopyKeeping } from "./keep-copies.ts";
import { Link, Unanswered } from "./link.ts";
import type { PageQuery, Verdict } from "./protocol.ts";
import { AppendQueue } from "./queue.ts";
import { Recent } from "./recent.ts";

/** Events a tail takes at once. */
const PAGE = 256;

/**
 * Opens the ledger in `file` (an absolute path; its folder must exist), making an empty one when there is none. Beside it
 * lie `-wal`, `-mark` (position of the last acknowledged event) and `-lock`; all are 0600.
 *
 * The file is checked first. Rejects with `conflict` when another server has it open, and with `unavailable`, having
 * changed nothing, when it is damaged, when a newer Clustr wrote it, or when it cannot be read and written. `signal` cancels the opening, and
 * closes the ledger afterwards.
 *
 * With `copies`, two copies of it are kept beside it (`-copy-1`, `-copy-2`), from which `repairLedger` mends a damaged one.
 *
 * Writing and reading happen in a thread of their own. If that dies, appends under way end as `unknown` and the next call
 * opens the file anew; reads are repeated by themselves. Reads reject with `unavailable`, and so do tails, when the file is
 * found damaged or the disk fails.
 */
export async function openSqliteLedger<F extends AnyFact = Fact>(
  file: string,
  { signal, copies }: { signal?: AbortSignal; copies?: CopyKeeping } = {},
): Promise<Ledger<F>> {
  const growth = new Growth();
  const recent = new Recent();
  const link = new Link(file, (last) => growth.reach(last));
  const queue = new AppendQueue((drafts) => link.call("append", drafts));
  const isNew = copies !== undefined && !filesOf(file).copies.some((copy) => existsSync(copy));
  await link.open(signal);

  /** Reading twice does no harm: once more, should the thread die over it. */
  const again = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      return question();
    }
  };
  const copying = new AbortController();
  const copied = copies && keepCopies(link, growth, copies, isNew, copying.signal);
  const page = (query: PageQuery) => again(() => link.call("page", query));

  let closing: Promise<void> | undefined;
  const close = async () => {
    signal?.removeEventListener("abort", abort);
    growth.end();
    copying.abort();
    await copied;
    await queue.idle();
    await link.close();
  };
  const ledger: Ledger<F> = {
    async append(entry, expectLast): Promise<Appended<F>> {
      const draft = toDraft(entry, expectLast);
      if (closing) return { outcome: "unavailable", cause: closedLedger() };
      const verdict = await queue.append(draft);
      if (verdict.outcome === "written") {
        recent.add(toRow(draft, verdict.seq, verdict.at));
        growth.reach(verdict.seq);
      }
      if (verdict.outcome === "unknown" && !closing) void link.open().catch(() => {}); // So that tails learn what became of it.
      return toAppended(draft, verdict);
    },
    lastOf: (subject) => again(() => link.call("lastOf", subject)),
    async find(id) {
      const row = await again(() => link.call("find", id));
      return row && toEvent<F>(row);
    },
    async read({ limit, newest = false, ...rest }) {
      const bounds = { ...rest };
      const pages: Event<F>[][] = [];
      let count = 0;
      while (count < limit) {
        const { rows, complete } = await page({ ...bounds, newest, limit: limit - count });
        pages.push(rows.map((row: Row) => toEvent<F>(row)));
        count += rows.length;
        if (complete) break;
        const edge = (newest ? rows[0] : rows.at(-1))?.seq;
        if (edge === undefined) break;
        bounds[newest ? "before" : "after"] = edge;
      }
      return (newest ? pages.reverse() : pages).flat();
    },
    tail(after, stop) {
      return follow(
        async (position) => {
          const rows = recent.after(position, PAGE) ?? (await page({ after: position, limit: PAGE })).rows;
          return rows.map((row) => toEvent<F>(row));
        },
        growth,
        after,
        stop,
      );
    },
    last: () => again(() => link.call("last")),
    close: () => (closing ??= close()),
  };
  const abort = () => void ledger.close();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) {
    await ledger.close();
    signal.throwIfAborted();
  }
  return ledger;
}

function toAppended<F extends AnyFact>(draft: Draft, verdict: Verdict): Appended<F> {
  switch (verdict.outcome) {
    case "written":
      return { outcome: "written", event: toEvent(toRow(draft, verdict.seq, verdict.at)) };
    case "repeated":
      return { outcome: "repeated", event: toEvent(verdict.row) };
    case "conflict":
      return verdict;
    default:
      return { outcome: verdict.outcome, cause: fromFailure(verdict.failure) };
  }
}

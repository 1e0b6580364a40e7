import type { Event } from "../contract/event.ts";
import type { Ledger } from "./ports/ledger.ts";

/**
 * Events of a ledger from the newest on, or from the one before position `before`; whoever has enough stops. They are read
 * `page` at a time, so that no more than that is held at once.
 */
export async function* newestFirst(
  ledger: Ledger,
  { before, ...query }: { subject?: string; type?: string; before?: number | undefined },
  page: number,
): AsyncGenerator<Event, void, void> {
  for (let end = before; ;) {
    const range = end === undefined ? {} : { before: end };
    const events = await ledger.read({ ...query, ...range, newest: true, limit: page });
    yield* events.toReversed();
    end = events[0]?.seq;
    if (events.length < page) return;
  }
}

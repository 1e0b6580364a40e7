import type { Event } from "../../contract/event.ts";
import type { applyEvent } from "../../contract/fold.ts";

/** What makes a view of the view before and an event. */
export type Fold = typeof applyEvent;

/** Events that may wait. They come from where the code comes from, so there are hardly any. */
const MOST = 10_000;
const AGAIN_MS = 1_000;

/**
 * Hands on events, in order, with the code that folds them. The first paint does without that code: events wait until it
 * has come. `full` is called when too many would.
 */
export function folding(take: (event: Event, fold: Fold) => void, full: () => void, signal: AbortSignal) {
  let fold: Fold | undefined;
  const waiting: Event[] = [];
  const load = async (): Promise<void> => {
    try {
      fold = (await import("../../contract/fold.ts")).applyEvent;
    } catch {
      // The server may be away; it is back before there are events.
      setTimeout(() => signal.aborted || void load(), AGAIN_MS);
      return;
    }
    for (const event of waiting.splice(0)) take(event, fold);
  };
  void load();
  return (event: Event): void => {
    if (signal.aborted) return;
    if (fold) take(event, fold);
    else if (waiting.length < MOST) waiting.push(event);
    else full();
  };
}

import type { Event, Fact } from "../contract/event.ts";
import type { View } from "../contract/view.ts";
import type { Ledger } from "./ports/ledger.ts";

/** The fold of a ledger, kept up to date. */
export interface LiveView<V = View, F = Fact> {
  current(): V;
  /** Resolves once the view has folded `seq`; rejects when the view follows no longer. */
  reached(seq: number): Promise<void>;
  /** Waits until the view satisfies a condition, at most `ms`; false when the time ran out, or the view follows no longer. */
  until(condition: (view: V) => boolean, ms: number): Promise<boolean>;
  /** Calls back for every event folded after now, in order, with the view after it. Throwing is a bug of the listener. */
  watch(listener: (event: Event<F>, view: V) => void): () => void;
}

/** How a view is made of events. */
interface Fold<V, F> {
  /** The view before the first event. */
  first: V;
  apply(view: V, event: Event<F>): V;
}

/**
 * Follows a ledger from its beginning until the signal aborts; resolves once everything that is in it now has been folded.
 * `fail` is called when it can be followed no longer.
 */
export async function followLedger<V extends { seq: number }, F>(
  ledger: Ledger<F>,
  { first, apply }: Fold<V, F>,
  signal: AbortSignal,
  fail: (error: unknown) => void,
): Promise<LiveView<V, F>> {
  let view = first;
  const listeners = new Set<(event: Event<F>, view: V) => void>();
  let waiting: { seq: number; resolve: () => void; reject: (reason: unknown) => void }[] = [];
  /** Those who wait for a condition, to be told when it can come no more. */
  const hoping = new Set<() => void>();
  /** Set when nothing more will be folded. */
  let over: { reason: unknown } | undefined;

  const settle = (): void => {
    const ready = waiting.filter(({ seq }) => seq <= view.seq);
    if (ready.length === 0) return;
    waiting = waiting.filter(({ seq }) => seq > view.seq);
    for (const { resolve } of ready) resolve();
  };

  const run = async (): Promise<void> => {
    for await (const event of ledger.tail(0, signal)) {
      view = apply(view, event);
      for (const listener of listeners) listener(event, view);
      settle();
    }
  };
  void run()
    .catch(fail)
    .finally(() => {
      over = { reason: signal.reason ?? new Error("The ledger's tail ended.") };
      for (const { reject } of waiting) reject(over.reason);
      waiting = [];
      for (const giveUp of hoping) giveUp();
    });

  const live: LiveView<V, F> = {
    current: () => view,
    reached(seq) {
      if (seq <= view.seq) return Promise.resolve();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      if (over) reject(over.reason);
      else waiting.push({ seq, resolve, reject });
      return promise;
    },
    until(condition, ms) {
      if (condition(view)) return Promise.resolve(true);
      if (over) return Promise.resolve(false);
      return new Promise((resolve) => {
        const finish = (met: boolean): void => {
          clearTimeout(timer);
          listeners.delete(look);
          hoping.delete(giveUp);
          resolve(met);
        };
        const look = (_event: Event<F>, now: V): void => {
          if (condition(now)) finish(true);
        };
        const giveUp = (): void => finish(false);
        const timer = setTimeout(giveUp, ms);
        listeners.add(look);
        hoping.add(giveUp);
      });
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  await live.reached(await ledger.last());
  return live;
}

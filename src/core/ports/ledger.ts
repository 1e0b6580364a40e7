import type { Actor } from "../../contract/actor.ts";
import type { Event, Fact } from "../../contract/event.ts";

/** `unavailable`: certainly not written (disk full, read-only): try again later. `unknown`: perhaps written; append again with the same id to find out. */
export type Appended<F> =
  | { outcome: "written"; event: Event<F> }
  /** An event with this id was there already: nothing was written, this is it. */
  | { outcome: "repeated"; event: Event<F> }
  /** The subject has moved on: its last event is `last`, not the one expected. */
  | { outcome: "conflict"; last: number }
  | { outcome: "unavailable" | "unknown"; cause: Error };

/** What to append: a fact, who did it, what it is about, and an id that makes a retry a no-op. */
export type Entry<F> = F & { id: string; actor: Actor; subject: string };

/**
 * The ordered record of everything that happened in one place. The only truth: all else is folded from it. An append is
 * durable (through a crash of process and machine) when its promise resolves as `written`.
 */
export interface Ledger<F = Fact> {
  /** Appends one event. With `expectLast`, only if the subject's last event has that seq (0: none yet). Never throws for the outcomes above. */
  append(entry: Entry<F>, expectLast?: number): Promise<Appended<F>>;
  /** Position of a subject's last event, 0 when there is none. */
  lastOf(subject: string): Promise<number>;
  /** The event with this id, if it was written. */
  find(id: string): Promise<Event<F> | undefined>;
  /** Events in order. `after`/`before` are exclusive; `newest` takes the last `limit` instead of the first (still in order). */
  read(query: {
    after?: number;
    before?: number;
    limit: number;
    subject?: string;
    type?: string;
    newest?: boolean;
  }): Promise<Event<F>[]>;
  /** Everything after `after`, then everything new, in order, without gap or repeat, until the signal aborts. */
  tail(after: number, signal: AbortSignal): AsyncIterable<Event<F>>;
  /** Position of the last event, 0 when empty. */
  last(): Promise<number>;
  /** Finishes what was appended, then lets go of the file. */
  close(): Promise<void>;
}

import { ClustrError } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import type { Entry } from "../core/ports/ledger.ts";

/** What every fact has: all that a ledger needs to know of it. */
export interface AnyFact {
  type: string;
  data: unknown;
}

/** An entry as text, ready to be written. `actor` and `data` are JSON. */
export interface Draft {
  id: string;
  subject: string;
  type: string;
  actor: string;
  data: string;
  /** See `Ledger.append`. */
  expectLast: number | undefined;
}

/** An event as text, as it lies in the ledger. `actor` and `data` are JSON. */
export interface Row extends Omit<Draft, "expectLast"> {
  seq: number;
  at: string;
}

/** Characters of JSON one event may have; far above what any operation lets through. */
const EVENT_LIMIT = 16_000_000;
/** Characters an id, a subject or a type may have: they are indexed. */
const KEY_LIMIT = 1_000;

/**
 * An entry as text. Throws `invalid` for what could not be read back as it was: broken Unicode in a key (two such ids
 * would collide in UTF-8) or data JSON cannot hold; `too_large` beyond `EVENT_LIMIT`.
 */
export function toDraft<F extends AnyFact>(entry: Entry<F>, expectLast: number | undefined): Draft {
  const { id, subject, type } = entry;
  for (const key of [id, subject, type]) {
    if (typeof key !== "string" || key === "" || key.length > KEY_LIMIT || !key.isWellFormed()) {
      throw new ClustrError(
        "invalid",
        `An event's id, subject and type have 1 to ${KEY_LIMIT} characters of valid Unicode. Nothing was written.`,
      );
    }
  }
  const actor = JSON.stringify(entry.actor);
  const data: string | undefined = JSON.stringify(entry.data);
  if (data === undefined)
    throw new ClustrError("invalid", `The data of ${type} cannot be written as JSON. Nothing was written.`);
  if (data.length > EVENT_LIMIT)
    throw new ClustrError(
      "too_large",
      `An event holds at most ${EVENT_LIMIT} characters. Nothing was written; split it.`,
    );
  return { id, subject, type, actor, data, expectLast };
}

/** The row a draft becomes. */
export function toRow({ id, subject, type, actor, data }: Draft, seq: number, at: string): Row {
  return { seq, id, at, actor, subject, type, data };
}

/** The event of a row: a fresh object that nobody else holds. */
export function toEvent<F extends AnyFact>({ seq, id, at, actor, subject, type, data }: Row): Event<F> {
  return { seq, id, at, actor: JSON.parse(actor), subject, type, data: JSON.parse(data) } as Event<F>;
}

/** What a closed ledger says. */
export function closedLedger(): ClustrError {
  return new ClustrError(
    "unavailable",
    "The ledger is closed: Clustr is shutting down. Nothing was written; try again once it runs.",
  );
}

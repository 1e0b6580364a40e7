import type { Failure } from "../../contract/error.ts";
import type { Copied } from "./copies.ts";
import type { Draft, Row } from "../record.ts";

/** Which events to take. Exclusive bounds, `newest` as in `Ledger.read`. */
export interface PageQuery {
  after?: number | undefined;
  before?: number | undefined;
  limit: number;
  subject?: string | undefined;
  type?: string | undefined;
  newest?: boolean | undefined;
}

/** Some of the events asked for, in order: fewer than `limit` when they are large. */
export interface Page {
  rows: Row[];
  /** There is nothing more of the kind (or `limit` is reached). */
  complete: boolean;
}

/** What became of one draft. */
export type Verdict =
  | { outcome: "written"; seq: number; at: string }
  | { outcome: "repeated"; row: Row }
  | { outcome: "conflict"; last: number }
  | { outcome: "unavailable" | "unknown"; failure: Failure };

/** What the thread that holds the file can be asked. */
export interface Calls {
  /** One transaction; one verdict per draft, in order. Never throws. */
  append(drafts: Draft[]): Verdict[];
  page(query: PageQuery): Page;
  find(id: string): Row | undefined;
  lastOf(subject: string): number;
  last(): number;
  /** Brings the older of its copies on by one step. */
  copy(): Copied;
  /** Lets go of the file. The thread ends after the answer. */
  close(): void;
}

/** What the thread is started for: to serve the ledger, or to mend it and end. */
export interface WorkerTask {
  file: string;
  repairs?: { lossless: boolean };
}

/** A call on its way to the thread. */
export type Question = { [Name in keyof Calls]: { n: number; call: Name; args: Parameters<Calls[Name]> } }[keyof Calls];

/** What the thread says: once whether the file is open, then one answer per question. */
export type Answer =
  | { ready: { last: number } }
  | { refused: Failure }
  | { n: number; value: unknown }
  | { n: number; failure: Failure };

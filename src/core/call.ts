import { ClustrError } from "../contract/error.ts";
import type { Event, Fact } from "../contract/event.ts";
import type { Operation, Output, Parsed } from "../contract/operation.ts";
import type { View } from "../contract/view.ts";
import type { Limits, Workspace } from "../contract/workspace.ts";
import type { Caller } from "./caller.ts";
import type { Ledger } from "./ports/ledger.ts";

/** One call to an operation of a workspace, as its handler sees it. */
export interface WorkspaceCall {
  /** The call's own id, the same when it is repeated. */
  readonly id: string;
  readonly caller: Caller;
  readonly workspace: Workspace;
  readonly ledger: Ledger;
  readonly limits: Limits;
  view(): View;
  /**
   * Decides one fact on the newest view and appends it under the call's own id; resolves once the view holds it. `make`
   * throws a ClustrError to refuse. A repeated call gets the first run's event and `make` is not asked. A call that must
   * record a second fact names it by `part`.
   */
  decide(subject: string, make: (view: View) => Fact | Promise<Fact>, part?: string): Promise<Event>;
  /** Waits until the view satisfies a condition, at most `ms`; false when the time ran out. */
  until(condition: (view: View) => boolean, ms: number): Promise<boolean>;
  /** The event of the first run of this very call, if it is a repeat. */
  earlier(): Promise<Event | undefined>;
}

/** One call to an operation of the whole server. */
export interface HomeCall {
  readonly caller: Caller;
  /** The call's own id, the same when it is repeated. */
  readonly requestId: string;
}

/** Handlers for a record of operations; leaving one out is a compile error. */
export type Handlers<Ops extends Record<string, Operation>, Call> = {
  [Name in keyof Ops]: (call: Call, input: Parsed<Ops[Name]>) => Promise<Output<Ops[Name]>>;
};

/**
 * The event a call has led to. One of another type belongs to the first run of another call under the same id: rejects
 * with `conflict` then, and nothing was changed.
 */
export function ofType<T extends Fact["type"]>(event: Event, type: T): Extract<Event, { type: T }> {
  if (isOf(event, type)) return event;
  throw new ClustrError(
    "conflict",
    "This request id was used for another operation before; nothing was changed. Use a new one.",
  );
}

function isOf<T extends Fact["type"]>(event: Event, type: T): event is Extract<Event, { type: T }> {
  return event.type === type;
}

/** What of a change is named: a field that is undefined stays as it is. */
export function named<T extends object>(change: T): Partial<T> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;
}

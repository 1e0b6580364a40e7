import type { events } from "../contract/operations/events.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";

/** The ledger, as it is. */
export const eventHandlers: Handlers<typeof events, WorkspaceCall> = {
  "event.list": async (call, { after, limit, type }) =>
    call.ledger.read({ after, limit, ...(type === undefined ? {} : { type }) }),
};

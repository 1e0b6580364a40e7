import { z } from "zod";
import { operation } from "../operation.ts";

/** An event as surfaces give it: any type a ledger may hold, also one of a later version. */
export const EventRecord = z.object({
  seq: z.int(),
  id: z.string(),
  at: z.iso.datetime(),
  actor: z.looseObject({ kind: z.enum(["human", "agent", "system"]) }),
  subject: z.string(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type EventRecord = z.infer<typeof EventRecord>;

export const events = {
  "event.list": operation({
    summary: "Show the ledger of the workspace, oldest first",
    scope: "workspace",
    right: "events.read",
    http: "GET /events",
    command: "events",
    input: z.object({
      after: z.coerce.number().int().min(0).default(0).describe("Only events after this position"),
      limit: z.coerce.number().int().min(1).max(5000).default(500),
      type: z.string().optional().describe("Only this type, e.g. message.sent"),
    }),
    output: z.array(EventRecord),
  }),
};

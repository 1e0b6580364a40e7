import { z } from "zod";
import { Message, Rung } from "../message.ts";
import { operation } from "../operation.ts";
import { EventRecord } from "./events.ts";

const before = z.coerce.number().int().min(1).optional().describe("Only what came before this ledger position");
/** Present unless the beginning was reached: ask again with it as `before`. A page may hold less than its limit. */
const next = z.int().optional();

/** What a person looks back through: every message and every event there ever was. */
export const feed = {
  "message.search": operation({
    summary: "Search all messages there ever were, the latest page first",
    scope: "workspace",
    right: "messages.read_all",
    http: "GET /messages/search",
    command: "search [query]",
    input: z.object({
      query: z.string().max(200).optional().describe("Words that must all be in the text, whatever their case"),
      agent: z.string().max(200).optional().describe("Only to or from this agent, or human"),
      rung: Rung.optional().describe("Only recent ones that have come exactly this far for somebody"),
      before,
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    output: z.object({
      /** Oldest first. Long ones are cut: `size` is that of the whole. */
      messages: z.array(Message),
      next,
    }),
  }),
  "message.get": operation({
    summary: "Show one message in full",
    scope: "workspace",
    right: "messages.read_all",
    http: "GET /messages/entry",
    input: z.object({ seq: z.coerce.number().int().min(1).describe("Its ledger position") }),
    output: Message,
  }),
  "message.mark": operation({
    summary: "Remember how far the person has read; what came for them until there counts as read",
    scope: "workspace",
    right: "messages.read_all",
    http: "PUT /messages/mark",
    input: z.object({ up_to: z.coerce.number().int().min(0).describe("Ledger position of the last message read") }),
    output: z.object({
      /** The furthest ever: it never goes back. */
      up_to: z.int(),
      /** Messages to the person that are still unread. */
      unread: z.int(),
    }),
  }),
  "event.search": operation({
    summary: "Look back through the ledger, the latest page first",
    scope: "workspace",
    right: "events.read",
    http: "GET /events/search",
    input: z.object({
      agent: z.string().max(200).optional().describe("Only by or about the agents of this name, or human"),
      kinds: z.string().max(500).optional().describe("Nouns or types, e.g. message,agent.status"),
      before,
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    output: z.object({
      /** Oldest first; long texts in them are cut and end in "…". */
      events: z.array(EventRecord),
      next,
    }),
  }),
};

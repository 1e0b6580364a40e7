import { z } from "zod";
import { Delivery, Message, Rung, Urgency } from "../message.ts";
import { operation } from "../operation.ts";

/** A message as its recipient reads it. */
const Mail = Message.pick({
  id: true,
  from: true,
  to: true,
  content: true,
  size: true,
  reply_to: true,
  at: true,
}).extend({
  /** Whether the person wrote it, as the server knows it; nothing inside `content` can claim this. */
  from_human: z.boolean(),
  /** It was already put before the reader's model when it arrived. */
  already_shown: z.boolean(),
});

export const messages = {
  "message.send": operation({
    summary: "Send a message to an agent, to the person (human) or to all",
    scope: "workspace",
    right: "messages.send",
    http: "POST /messages",
    tool: {
      name: "send_message",
      description:
        "Send a message to another agent by name, to 'human' (the person), or to 'all'. It is saved before this returns and handed to the recipient at once, even mid-turn. " +
        "Use reply_to with the id of the message you answer. Returns the message with its id and, per recipient, what has become of it. Do not wait for an answer in a loop: answers are handed to you when they come.",
    },
    command: "send <to> <content>",
    input: z.object({
      to: z.string().min(1).max(200).describe("An agent's name, 'human' or 'all'"),
      content: z.string().min(1, "Write something.").describe("The text, up to 1 MB"),
      reply_to: z.string().max(100).optional().describe("Id of the message this answers"),
      urgency: Urgency.default("now").describe(
        "now: between its tool calls (default); turn-end: before it comes to rest; idle: once it rests; interrupt: stop its turn first (only a person may)",
      ),
    }),
    output: Message,
  }),
  "message.inbox": operation({
    summary: "Read the caller's unread messages and mark them read",
    scope: "workspace",
    right: "messages.read",
    http: "POST /messages/read",
    tool: {
      name: "read_messages",
      description:
        "Read your unread messages, oldest first, and mark them read. Messages are handed to you as they arrive, so this is for checking that nothing was missed, or to read one in full by its id when only its beginning was shown. Returns {messages}.",
    },
    input: z.object({
      id: z.string().max(100).optional().describe("Read this one message in full, read or not"),
      limit: z.int().min(1).max(100).default(20),
    }),
    output: z.object({ messages: z.array(Mail), remaining: z.int() }),
  }),
  "message.status": operation({
    summary: "Show what has become of a message, per recipient",
    scope: "workspace",
    right: "messages.read",
    http: "GET /messages/:id/status",
    tool: {
      name: "message_status",
      description:
        "See what has become of a message you sent: per recipient queued (and why it waits), handed over, seen by its model, read, answered, dropped or undeliverable. Use it only when it matters whether somebody knows something; answers come to you by themselves.",
    },
    input: z.object({ id: z.string().max(100) }),
    output: Message.pick({ id: true, to: true, at: true, urgency: true }).extend({
      /** How many recipients are on each rung. */
      counts: z.partialRecord(Rung, z.int()),
      deliveries: z.array(Delivery),
    }),
  }),
  "message.list": operation({
    summary: "List messages of the workspace, oldest first",
    scope: "workspace",
    right: "messages.read_all",
    http: "GET /messages",
    command: "messages",
    input: z.object({
      agent: z.string().optional().describe("Only to or from this agent"),
      before: z.coerce.number().int().optional().describe("Only messages before this ledger position"),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    output: z.array(Message),
  }),
};

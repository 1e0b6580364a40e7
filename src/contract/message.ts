import { z } from "zod";

/** Bytes of UTF-8 a message may have. */
export const MESSAGE_LIMIT = 1_000_000;
/** Bytes up to which a message is handed over whole; beyond it agents get a reference and read the rest. */
export const INLINE_LIMIT = 8_192;

/**
 * The ladder of one message for one recipient. `handed`: a channel took it. `seen`: evidence that a model request
 * carried it. `read`: the recipient fetched it with a tool. `answered`: the recipient wrote back. `dropped`: the tool
 * itself forgot it (a cleared conversation). `undeliverable`: it will never arrive; `why` says why.
 */
export const Rung = z.enum(["queued", "handed", "seen", "read", "answered", "dropped", "undeliverable"]);
export type Rung = z.infer<typeof Rung>;

/**
 * When a message may reach its recipient. `interrupt`: stop the turn, then deliver. `now`: between two tool calls.
 * `turn-end`: before the agent comes to rest. `idle`: only once it rests.
 */
export const Urgency = z.enum(["interrupt", "now", "turn-end", "idle"]);
export type Urgency = z.infer<typeof Urgency>;

/** What has become of a message for one recipient; `at` is when it came to this rung. */
export const Delivery = z.object({
  /** Recipient: an agent's name at the time of sending, or `human`. */
  to: z.string(),
  rung: Rung,
  /** Why it still waits, or cannot be delivered. */
  why: z.string().optional(),
  /** How it was handed over, e.g. `socket`, `tool-boundary`, `turn`, `typed`, `tool`. */
  channel: z.string().optional(),
  at: z.iso.datetime(),
});
export type Delivery = z.infer<typeof Delivery>;

/** A message as it was sent, with what has become of it. In the view and in lists `content` may be cut. */
export const Message = z.object({
  id: z.string(),
  /** Position in the ledger: the order of messages. */
  seq: z.int(),
  /** Sender's address, set by the server: an agent's name, `human` or `system`. */
  from: z.string(),
  /** Recipient's address as sent: an agent's name, `human` or `all`. */
  to: z.string(),
  content: z.string(),
  /** Bytes of the whole content; when larger than `content`, the rest is read with `read_message`. */
  size: z.int(),
  reply_to: z.string().optional(),
  urgency: Urgency,
  /** How many messages led to this one without a pause or a person in between. */
  hops: z.int(),
  at: z.iso.datetime(),
  /** Keyed by recipient: an agent's id, or `human`. Empty for old messages, whose deliveries were settled long ago. */
  deliveries: z.record(z.string(), Delivery),
});
export type Message = z.infer<typeof Message>;

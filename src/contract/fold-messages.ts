import { nameOf } from "./actor.ts";
import type { Event } from "./event.ts";
import { messageById, metIn, trimmed, waitingIn, withMessage } from "./mail.ts";
import type { Delivery, Message, Rung } from "./message.ts";
import { held, PREVIEW, RECENT_MESSAGES, type Lately, type View } from "./view.ts";

/** Milliseconds a spawn or a message counts towards its rate limit. */
const RATE_WINDOW = 60_000;
/** What one does within so many milliseconds is one entry. */
const RATE_STEP = 1_000;
/** Entries of each: more than there are in a window, for clocks that jump. */
const RATE_ENTRIES = 120;

const ORDER: Record<Rung, number> = {
  queued: 0,
  handed: 1,
  seen: 2,
  dropped: 3,
  read: 4,
  answered: 5,
  undeliverable: 6,
};

/** A new message; what it answers climbs to the last rung. */
export function sent(view: View, event: Extract<Event, { type: "message.sent" }>): Partial<View> {
  const { id, to, content, reply_to, recipients, urgency = "now", hops = 0 } = event.data;
  const from = nameOf(event.actor);
  const deliveries: Record<string, Delivery> = {};
  for (const { inbox, name } of recipients) {
    // The person's feed shows every message as soon as it is in the ledger.
    deliveries[inbox] =
      inbox === "human"
        ? { to: name, rung: "handed", channel: "feed", at: event.at }
        : { to: name, rung: "queued", at: event.at };
  }
  const message: Message = {
    id,
    seq: event.seq,
    from,
    to,
    content: content.slice(0, PREVIEW),
    size: byteLength(content),
    urgency,
    hops,
    at: event.at,
    deliveries,
  };
  if (reply_to) message.reply_to = reply_to;
  const sends = event.actor.kind === "agent" ? recent(view.sends, event.actor.id, event.at) : view.sends;
  return { messages: trimmed(withMessage(answeredBy(view, event, recipients), message), RECENT_MESSAGES), sends };
}

/** Whoever writes back has answered what they had seen from that sender, or the very message they name. */
function answeredBy(
  view: View,
  event: Extract<Event, { type: "message.sent" }>,
  recipients: { name: string }[],
): View["messages"] {
  if (event.actor.kind === "system") return view.messages;
  const inbox = event.actor.kind === "agent" ? event.actor.id : "human";
  const names = new Set(recipients.map(({ name }) => name));
  // What is in the person's feed is before their eyes.
  const met = inbox === "human" ? [...waitingIn(view.messages, inbox), ...metIn(view.messages, inbox)] : undefined;
  let { messages } = view;
  for (const message of met ?? metIn(view.messages, inbox)) {
    if (message.from === "system" || (!names.has(message.from) && message.id !== event.data.reply_to)) continue;
    const was = message.deliveries[inbox];
    if (was && was.rung !== "dropped") messages = climbed(messages, message, inbox, { rung: "answered", at: event.at });
  }
  return messages;
}

/** Messages reached a model: the chain that led to them is what moves it from now on. */
export function seen(
  view: View,
  event: Extract<Event, { type: "message.seen" | "message.read" }>,
  rung: "seen" | "read",
): Partial<View> {
  const { ids, inbox } = event.data;
  let last: Message | undefined;
  for (const id of ids) {
    const message = messageById(view.messages, id);
    if (message && message.from !== "system" && !(message.seq < (last?.seq ?? 0))) last = message;
  }
  const chains = last ? { ...view.chains, [inbox]: { hops: last.hops, at: event.at } } : view.chains;
  return { ...step(view, event, rung, {}), chains };
}

/** The recipient is gone for good: what it had not seen will never arrive, and need not be kept for it. */
export function orphaned(view: View, inbox: string, at: string, why: string): Partial<View> {
  const data = { ids: waitingIn(view.messages, inbox).map(({ id }) => id), inbox };
  return step(view, { at, data }, "undeliverable", { why });
}

/** Moves a recipient's deliveries to a rung, never back down; `from`: those on this very rung, in either direction. */
export function step(
  view: View,
  event: { at: string; data: { ids: string[]; inbox: string } },
  rung: Rung,
  more: { why?: string; channel?: string },
  from?: Rung,
): Partial<View> {
  const { ids, inbox } = event.data;
  let { messages } = view;
  for (const id of ids) {
    const message = messageById(messages, id);
    const was = message?.deliveries[inbox];
    if (!message || !was || (from ? was.rung !== from : ORDER[was.rung] > ORDER[rung])) continue;
    messages = climbed(messages, message, inbox, { ...more, rung, at: event.at });
  }
  return { messages: trimmed(messages, RECENT_MESSAGES) };
}

/** With a message whose delivery to one inbox has changed; why it waited before is no longer said. */
function climbed(
  messages: View["messages"],
  message: Message,
  inbox: string,
  news: Pick<Delivery, "rung" | "at" | "why" | "channel">,
): View["messages"] {
  const was = message.deliveries[inbox];
  if (!was) return messages;
  const { why: _why, ...kept } = was;
  return withMessage(messages, { ...message, deliveries: { ...message.deliveries, [inbox]: { ...kept, ...news } } });
}

/** What each did lately, with one time more of one of them; what is old leaves, and whoever did nothing else. */
export function recent(lately: Lately, inbox: string, at: string): Lately {
  const from = Date.parse(at) - RATE_WINDOW;
  const next: Lately = {};
  for (const [other, times] of Object.entries(lately))
    if (other !== inbox && Date.parse(times.at(-1)?.at ?? "") > from) next[other] = times;
  const known = held(lately, inbox) ?? [];
  const fresh = known.findIndex((one) => Date.parse(one.at) > from);
  const own = fresh === -1 ? [] : known.slice(fresh);
  const last = own.at(-1);
  next[inbox] =
    last && Math.abs(Date.parse(at) - Date.parse(last.at)) < RATE_STEP
      ? own.with(-1, { ...last, times: last.times + 1 })
      : [...own, { at, times: 1 }].slice(-RATE_ENTRIES);
  return next;
}

/** How often somebody did it within the window that ends at `now`, ms since 1970. */
export function countRecent(lately: Lately, inbox: string, now: number): number {
  const times = held(lately, inbox) ?? [];
  return times.reduce((sum, one) => sum + (Math.abs(now - Date.parse(one.at)) < RATE_WINDOW ? one.times : 0), 0);
}

/** Bytes of a text in UTF-8, without an encoder: this file runs where neither Node nor DOM types exist. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) bytes += 1;
    else if (code < 0x800) bytes += 2;
    else if ((text.codePointAt(at) ?? 0) < 0x10000) bytes += 3;
    else {
      // Two units of the text, one character.
      bytes += 4;
      at += 1;
    }
  }
  return bytes;
}

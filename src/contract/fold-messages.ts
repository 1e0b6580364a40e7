import { nameOf } from "./actor.ts";
import type { Event } from "./event.ts";
import type { Delivery, Message, Rung } from "./message.ts";
import { PREVIEW, RECENT_MESSAGES, type View } from "./view.ts";

/** Milliseconds a spawn or a message counts towards its rate limit. */
export const RATE_WINDOW = 60_000;
/** What one does within so many milliseconds is one entry, so that a flood of one does not push out the others'. */
const RATE_STEP = 1_000;
const RATE_ENTRIES = 2_400;

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
  return { messages: trimmed([...answeredBy(view, event, recipients), message]), sends };
}

/** Whoever writes back has answered what they had seen from that sender, or the very message they name. */
function answeredBy(
  view: View,
  event: Extract<Event, { type: "message.sent" }>,
  recipients: { name: string }[],
): Message[] {
  if (event.actor.kind === "system") return view.messages;
  const inbox = event.actor.kind === "agent" ? event.actor.id : "human";
  const names = new Set(recipients.map(({ name }) => name));
  return view.messages.map((message) => {
    const was = message.deliveries[inbox];
    if (!was || message.from === "system" || (!names.has(message.from) && message.id !== event.data.reply_to))
      return message;
    const open = was.rung === "seen" || was.rung === "read" || (was.rung === "handed" && inbox === "human");
    if (!open) return message;
    const { why: _why, ...kept } = was;
    return { ...message, deliveries: { ...message.deliveries, [inbox]: { ...kept, rung: "answered", at: event.at } } };
  });
}

/** Messages reached a model: the chain that led to them is what moves it from now on. */
export function seen(
  view: View,
  event: Extract<Event, { type: "message.seen" | "message.read" }>,
  rung: "seen" | "read",
): Partial<View> {
  const { ids, inbox } = event.data;
  const last = view.messages.findLast(({ id, from }) => ids.includes(id) && from !== "system");
  const chains = last ? { ...view.chains, [inbox]: { hops: last.hops, at: event.at } } : view.chains;
  return { ...step(view, event, rung, {}), chains };
}

/** The recipient is gone for good: what it had not seen will never arrive, and need not be kept for it. */
export function orphaned(view: View, inbox: string, at: string): Partial<View> {
  const left = view.messages.filter(({ deliveries }) => {
    const rung = deliveries[inbox]?.rung;
    return rung === "queued" || rung === "handed";
  });
  const data = { ids: left.map(({ id }) => id), inbox };
  return step(view, { at, data }, "undeliverable", { why: "its recipient was removed" });
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
  const wanted = new Set(ids);
  const messages = view.messages.map((message) => {
    const was = wanted.has(message.id) ? message.deliveries[inbox] : undefined;
    if (!was || (from ? was.rung !== from : ORDER[was.rung] > ORDER[rung])) return message;
    const { why: _why, ...kept } = was;
    return { ...message, deliveries: { ...message.deliveries, [inbox]: { ...kept, ...more, rung, at: event.at } } };
  });
  return { messages: rung === "queued" || rung === "handed" ? messages : trimmed(messages) };
}

/** Whether nothing more has to happen with a message. */
function settled(message: Message): boolean {
  for (const inbox in message.deliveries) {
    const rung = message.deliveries[inbox]?.rung;
    if (inbox !== "human" && (rung === "queued" || rung === "handed")) return false;
  }
  return true;
}

/** Drops the oldest settled messages beyond the bound; unsettled ones are still needed and have a cap of their own. */
function trimmed(messages: Message[]): Message[] {
  let surplus = messages.length - RECENT_MESSAGES;
  if (surplus <= 0) return messages;
  return messages.filter((message) => surplus <= 0 || !settled(message) || surplus-- <= 0);
}

/** A list of what somebody did lately, with one time more; old and surplus entries leave. */
export function recent(list: View["sends"], inbox: string, at: string): View["sends"] {
  const from = Date.parse(at) - RATE_WINDOW;
  // Oldest first: reading all their times would cost more than all the rest of the fold.
  const fresh = list.findIndex((entry) => Date.parse(entry.at) > from);
  const kept = fresh === -1 ? [] : list.slice(fresh);
  const own = kept.findLastIndex((entry) => entry.inbox === inbox);
  const last = kept[own];
  if (!last || Math.abs(Date.parse(at) - Date.parse(last.at)) >= RATE_STEP)
    return [...kept, { inbox, at }].slice(-RATE_ENTRIES);
  return kept.with(own, { ...last, times: timesOf(last) + 1 });
}

/** How often an entry of `recent` stands for. */
export function timesOf({ times = 1 }: View["sends"][number]): number {
  return times;
}

/** Bytes of a text in UTF-8, without an encoder: this file runs where neither Node nor DOM types exist. */
export function byteLength(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

import { nameOf } from "./actor.ts";
import type { Agent } from "./agent.ts";
import type { Event } from "./event.ts";
import type { Delivery, Message, Rung } from "./message.ts";
import { PREVIEW, RECENT_MESSAGES, type View } from "./view.ts";

/** Milliseconds a spawn or a message counts towards its rate limit. */
export const RATE_WINDOW = 60_000;
const RATE_ENTRIES = 600;

const ORDER: Record<Rung, number> = { queued: 0, handed: 1, seen: 2, read: 3, undeliverable: 4 };

/**
 * The view after one more event: the same pure function in server and page. Returns a new view that shares what did not
 * change. Events at or before `view.seq` change nothing, so a replay is harmless; unknown types only move `seq`.
 */
export function applyEvent(view: View, event: Event): View {
  if (event.seq <= view.seq) return view;
  return { ...view, ...change(view, event), seq: event.seq };
}

function change(view: View, event: Event): Partial<View> {
  switch (event.type) {
    case "agent.spawned":
    case "agent.joined": {
      const { agent, rules_revision } = event.data;
      const joined = event.type === "agent.joined";
      const record: Agent = {
        ...agent,
        run: 1,
        status: joined ? "running" : "spawning",
        sure: true,
        live: true,
        rules_revision,
        spawned_at: event.at,
        status_at: event.at,
      };
      const agents = { ...view.agents, [agent.id]: record };
      return joined ? { agents } : { agents, spawns: recent(view.spawns, agent.spawned_by_id, event.at) };
    }
    case "agent.invited":
      return { invites: { ...view.invites, [event.data.id]: { name: event.data.name } } };
    case "agent.announced":
      return agent(view, event.data.id, (was) => ({ ...was, working_on: event.data.working_on }));
    case "agent.status":
      return agent(view, event.data.id, (was) => {
        if (was.run !== event.data.run) return was;
        const { status, sure, live, outcome, reason, activity } = event.data;
        const { outcome: _outcome, reason: _reason, activity: _activity, attention, ...kept } = was;
        const status_at = was.status === status && was.outcome === outcome ? was.status_at : event.at;
        const next: Agent = { ...kept, status, sure, live, status_at };
        if (outcome) next.outcome = outcome;
        if (reason) next.reason = reason;
        if (activity) next.activity = activity;
        if (attention && status === "running") next.attention = attention;
        if (!live) delete next.stopping;
        return next;
      });
    case "agent.attention":
      return agent(view, event.data.id, (was) => {
        if (was.run !== event.data.run) return was;
        const { attention: _gone, ...kept } = was;
        return event.data.item ? { ...kept, attention: event.data.item } : kept;
      });
    case "agent.session":
      return agent(view, event.data.id, (was) =>
        was.run === event.data.run ? { ...was, session: event.data.session } : was,
      );
    case "agent.restarted":
      return agent(view, event.data.id, (was) => {
        const { outcome: _o, reason: _r, activity: _a, attention: _t, session: _s, stopping: _st, ...kept } = was;
        const { run, rules_revision } = event.data;
        return { ...kept, run, rules_revision, status: "spawning", sure: true, live: true, status_at: event.at };
      });
    case "agent.removed": {
      const { [event.data.id]: _agent, ...agents } = view.agents;
      const { [event.data.id]: _invite, ...invites } = view.invites;
      return { agents, invites, readers: withoutReader(view.readers, event.data.id) };
    }
    case "message.sent":
      return sent(view, event);
    case "message.handed":
      return step(view, event, "handed", { channel: event.data.channel });
    case "message.held":
      return step(view, event, "queued", { why: event.data.why });
    case "message.seen":
      return step(view, event, "seen", {});
    case "message.read":
      return step(view, event, "read", {});
    case "message.undeliverable":
      return step(view, event, "undeliverable", { why: event.data.why });
    case "context.written": {
      const { key, value, revision } = event.data;
      const entry = {
        key,
        value: value.slice(0, PREVIEW),
        size: value.length,
        revision,
        by: nameOf(event.actor),
        at: event.at,
        seq: event.seq,
      };
      return { context: { ...view.context, [key]: entry }, revisions: { ...view.revisions, [key]: revision } };
    }
    case "context.removed": {
      const { [event.data.key]: _gone, ...context } = view.context;
      return { context, revisions: { ...view.revisions, [event.data.key]: event.data.revision } };
    }
    case "context.read": {
      const { key, inbox, revision } = event.data;
      return { readers: { ...view.readers, [key]: { ...view.readers[key], [inbox]: revision } } };
    }
    case "rules.updated":
      return { rules: { text: event.data.text, revision: event.data.revision, by: nameOf(event.actor), at: event.at } };
    case "rules.read":
      return agent(view, event.data.id, (was) => ({
        ...was,
        rules_revision: Math.max(was.rules_revision, event.data.revision),
      }));
    case "agent.stop_requested":
      return agent(view, event.data.id, (was) => (was.run === event.data.run ? { ...was, stopping: true } : was));
    case "rules.unreadable":
    case "call.refused":
      return {};
    default: {
      const _every: never = event;
      return {};
    }
  }
}

function agent(view: View, id: string, next: (was: Agent) => Agent): Partial<View> {
  const was = view.agents[id];
  return was ? { agents: { ...view.agents, [id]: next(was) } } : {};
}

function sent(view: View, event: Extract<Event, { type: "message.sent" }>): Partial<View> {
  const { id, to, content, reply_to, recipients } = event.data;
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
    from: nameOf(event.actor),
    to,
    content: content.slice(0, PREVIEW),
    size: byteLength(content),
    at: event.at,
    deliveries,
  };
  if (reply_to) message.reply_to = reply_to;
  const sends = event.actor.kind === "agent" ? recent(view.sends, event.actor.id, event.at) : view.sends;
  return { messages: trimmed([...view.messages, message]), sends };
}

/** Moves a recipient's deliveries to a rung, never back down (but `handed` and `queued` may alternate: a hand-over can fail). */
function step(
  view: View,
  event: Extract<Event, { data: { ids: string[]; inbox: string } }>,
  rung: Rung,
  more: { why?: string; channel?: string },
): Partial<View> {
  const { ids, inbox } = event.data;
  const wanted = new Set(ids);
  const messages = view.messages.map((message) => {
    const was = wanted.has(message.id) ? message.deliveries[inbox] : undefined;
    if (!was || (ORDER[was.rung] > ORDER[rung] && was.rung !== "handed")) return message;
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

function recent(list: View["sends"], inbox: string, at: string): View["sends"] {
  const from = Date.parse(at) - RATE_WINDOW;
  return [...list.filter((entry) => Date.parse(entry.at) > from), { inbox, at }].slice(-RATE_ENTRIES);
}

function withoutReader(readers: View["readers"], inbox: string): View["readers"] {
  const next: View["readers"] = {};
  for (const key in readers) {
    const { [inbox]: _gone, ...others } = readers[key] ?? {};
    if (Object.keys(others).length > 0) next[key] = others;
  }
  return next;
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

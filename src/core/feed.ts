import { HUMAN, nameOf } from "../contract/actor.ts";
import { ClustrError } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import type { feed } from "../contract/operations/feed.ts";
import { PREVIEW } from "../contract/view.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { newestFirst } from "./look-back.ts";
import { messageOf, unreadOf } from "./messages.ts";
import { goneAgents } from "./past-agents.ts";
import type { Ledger } from "./ports/ledger.ts";

/** Events read at once: each may be as large as a message. */
const PAGE = 100;
/** Events looked at for one answer; the next page goes on from there. */
const LOOKED_AT = 20_000;
/** Characters of a text inside an event. */
const CUT = 2_000;
/** Agents that were removed, or ended long ago, whose names are still known. */
const GONE = 500;

/** Looking back: pages of what matches, from the newest on. */
export const feedHandlers: Handlers<typeof feed, WorkspaceCall> = {
  "message.search": async (call, { query = "", agent, rung, before, limit }) => {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const { found, next } = await lookBack(call.ledger, { type: "message.sent", before, limit }, (event) => {
      if (event.type !== "message.sent") return undefined;
      const message = messageOf(event, call.view());
      const { content, from } = message;
      if (rung !== undefined && !Object.values(message.deliveries).some((each) => each.rung === rung)) return undefined;
      if (agent !== undefined && from !== agent && !event.data.recipients.some(({ name }) => name === agent))
        return undefined;
      const text = content.toLowerCase();
      if (!words.every((word) => text.includes(word))) return undefined;
      return { ...message, content: content.slice(0, PREVIEW) };
    });
    return { messages: found, ...(next !== undefined && { next }) };
  },

  "message.get": async (call, { seq }) => {
    const [event] = await call.ledger.read({ after: seq - 1, before: seq + 1, limit: 1 });
    if (event?.type !== "message.sent")
      throw new ClustrError("not_found", `There is no message at position ${seq} of the ledger.`);
    return messageOf(event, call.view());
  },

  "message.mark": async (call, { up_to }) => {
    const ids = unreadOf(call.view(), HUMAN).flatMap(({ id, seq }) => (seq <= up_to ? [id] : []));
    const read = { type: "message.read" as const, data: { ids, inbox: HUMAN } };
    if (ids.length > 0) await call.decide(`inbox/${HUMAN}`, () => read, "inbox");
    // Nobody has read what is not there yet.
    const reached = Math.min(up_to, call.view().seq);
    if (reached > call.view().read_up_to)
      await call.decide("feed", () => ({ type: "feed.read", data: { up_to: reached } }));
    return { up_to: call.view().read_up_to, unread: unreadOf(call.view(), HUMAN).length };
  },

  "event.search": async (call, { agent, kinds, before, limit }) => {
    const wanted = kinds?.split(",").map((kind) => kind.trim()) ?? [];
    const ids = agent === undefined ? undefined : await idsOf(call, agent);
    const { found, next } = await lookBack(call.ledger, { before, limit }, (event) => {
      if (wanted.length > 0 && !wanted.some((kind) => event.type === kind || event.type.startsWith(`${kind}.`)))
        return undefined;
      if (agent !== undefined && ids && !concerns(event, agent, ids)) return undefined;
      return { ...event, data: cut(event.data) as Record<string, unknown> };
    });
    return { events: found, ...(next !== undefined && { next }) };
  },
};

/** What `pick` makes of the latest events, oldest first; `next` is where to go on, absent when nothing is left. */
async function lookBack<T>(
  ledger: Ledger,
  query: { type?: string; before: number | undefined; limit: number },
  pick: (event: Event) => T | undefined,
): Promise<{ found: T[]; next: number | undefined }> {
  const found: T[] = [];
  const { limit, ...rest } = query;
  let looked = 0;
  for await (const event of newestFirst(ledger, rest, PAGE)) {
    const picked = pick(event);
    if (picked !== undefined) found.push(picked);
    if (found.length === limit || ++looked === LOOKED_AT) return { found: found.reverse(), next: event.seq };
  }
  return { found: found.reverse(), next: undefined };
}

/** Everybody who has or had this name: their ids are what most events hold. */
async function idsOf(call: WorkspaceCall, name: string): Promise<ReadonlySet<string>> {
  if (name === HUMAN) return new Set([HUMAN]);
  const ids = Object.values(call.view().agents).flatMap((agent) => (agent.name === name ? [agent.id] : []));
  return new Set([...ids, ...(await goneAgents(call.ledger, GONE, name))]);
}

function concerns({ actor, data }: Event, name: string, ids: ReadonlySet<string>): boolean {
  if (nameOf(actor) === name) return true;
  const { id, agent, inbox, recipients } = data as Record<string, unknown>;
  const origin = typeof agent === "object" && agent !== null && "id" in agent ? agent.id : agent;
  const to = Array.isArray(recipients) ? recipients.map((each: { inbox?: unknown }) => each.inbox) : [];
  return [id, origin, inbox, ...to].some((one) => typeof one === "string" && ids.has(one));
}

/** The same with long texts cut: an event may hold a whole note, message or rules. */
function cut(value: unknown): unknown {
  if (typeof value === "string") return value.length > CUT ? `${value.slice(0, CUT)}…` : value;
  if (Array.isArray(value)) return value.map(cut);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner)]));
}

import { ALL, HUMAN, inboxOf, nameOf, type Actor } from "../contract/actor.ts";
import { ClustrError } from "../contract/error.ts";
import type { Event } from "../contract/event.ts";
import { byteLength } from "../contract/fold-messages.ts";
import { messageById, metIn, waitingIn } from "../contract/mail.ts";
import { INLINE_LIMIT, MESSAGE_LIMIT, type Message, type Rung } from "../contract/message.ts";
import { foldName } from "../contract/name.ts";
import type { messages } from "../contract/operations/messages.ts";
import type { View } from "../contract/view.ts";
import { agentNamed } from "./agents.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { checkInboxes, checkRate, hopsOf } from "./floods.ts";
import type { Ledger } from "./ports/ledger.ts";
import { checkText } from "./texts.ts";

type Sent = Extract<Event, { type: "message.sent" }>;

/** Messages looked at when only those of one agent are wanted: so many at once, and so many in all. */
const PAGE = 500;
const LOOKED_THROUGH = 10_000;

/** Direct messages and broadcasts; the sender is always the caller. */
export function messageHandlers(newId: () => string, now: () => number): Handlers<typeof messages, WorkspaceCall> {
  return {
    "message.send": async (call, { to, content, reply_to, urgency }) => {
      checkText("The message", content, MESSAGE_LIMIT);
      const { actor } = call.caller;
      if (urgency === "interrupt" && actor.kind === "agent") {
        const refusal = 'Only a person may stop an agent\'s turn; nothing was sent. Send it with urgency "now".';
        throw new ClustrError("forbidden", refusal);
      }
      const event = await call.decide(`outbox/${inboxOf(actor)}`, (view) => {
        const recipients = recipientsOf(view, actor, to);
        checkRate(view, actor, call.limits.messages_per_minute, now());
        checkInboxes(view, recipients, call.limits.unread_messages);
        const hops = hopsOf(view, actor, call.limits.exchange_length, now());
        if (reply_to !== undefined && !messageById(view.messages, reply_to)) {
          throw new ClustrError(
            "not_found",
            `There is no recent message "${reply_to}" to answer; nothing was sent. Send it without reply_to.`,
          );
        }
        const address = recipients.length === 1 && foldName(to) !== ALL ? (recipients[0]?.name ?? to) : ALL;
        return {
          type: "message.sent",
          data: { id: `m-${newId()}`, to: address, content, reply_to, urgency, hops, recipients },
        };
      });
      if (event.type !== "message.sent")
        throw new ClustrError("conflict", "This request id was used for another operation before; nothing was sent.");
      return messageOf(event, call.view());
    },

    "message.inbox": async (call, { id, limit }) => {
      const { actor } = call.caller;
      const inbox = inboxOf(actor);
      const taken = await take(call, inbox, id, limit);
      const fetched = id && taken.length === 0 ? messageById(call.view().messages, id) : undefined;
      const chosen = fetched?.deliveries[inbox] ? [fetched] : taken;
      if (id && chosen.length === 0)
        throw new ClustrError(
          "not_found",
          `You have no message "${id}" among the recent ones. Ask its sender to send it again.`,
        );
      const answer = await Promise.all(
        chosen.map(async (message) => ({
          id: message.id,
          from: message.from,
          from_human: message.from === HUMAN,
          to: message.to,
          content: await contentOf(call.ledger, message),
          size: message.size,
          ...(message.reply_to ? { reply_to: message.reply_to } : {}),
          at: message.at,
          already_shown: message.deliveries[inbox]?.rung === "seen",
        })),
      );
      return { messages: answer, remaining: unreadOf(call.view(), inbox).length };
    },

    "message.status": async (call, { id }) => {
      const { actor } = call.caller;
      const message = messageById(call.view().messages, id);
      const involved =
        message && (actor.kind === "human" || message.from === nameOf(actor) || message.deliveries[inboxOf(actor)]);
      if (!message || !involved)
        throw new ClustrError("not_found", `You have neither sent nor received a message "${id}" lately.`);
      const deliveries = Object.values(message.deliveries);
      const counts: Partial<Record<Rung, number>> = {};
      for (const { rung } of deliveries) counts[rung] = (counts[rung] ?? 0) + 1;
      return { id, to: message.to, at: message.at, urgency: message.urgency, counts, deliveries };
    },

    "message.list": async (call, { agent, before, limit }) => {
      const found: Message[] = [];
      let end = before;
      // The view holds the latest and whatever is under way: between them there are gaps that only the ledger fills.
      for (let looked = 0; found.length < limit && looked < LOOKED_THROUGH;) {
        const wanted = agent === undefined ? limit - found.length : PAGE;
        const range = end === undefined ? {} : { before: end };
        const page = await call.ledger.read({ type: "message.sent", newest: true, limit: wanted, ...range });
        const mail = page.filter((event) => event.type === "message.sent").filter((event) => concerns(event, agent));
        found.unshift(...mail.map((event) => messageOf(event, call.view())));
        if (page.length < wanted) break;
        looked += page.length;
        end = page[0]?.seq;
      }
      return found.slice(-limit);
    },
  };
}

/**
 * Marks unread messages read, the one asked for or the oldest `limit`, and gives them as they were before. Decided on the
 * newest view: of two fetches at once each message goes to one. A repeated fetch gets what it got the first time.
 */
async function take(call: WorkspaceCall, inbox: string, id: string | undefined, limit: number): Promise<Message[]> {
  let chosen: Message[] = [];
  try {
    const event = await call.decide(`inbox/${inbox}`, (view) => {
      const unread = unreadOf(view, inbox);
      chosen = id ? unread.filter((message) => message.id === id) : unread.slice(0, limit);
      if (chosen.length === 0) throw new NothingUnread();
      return { type: "message.read", data: { ids: chosen.map((message) => message.id), inbox } };
    });
    if (event.type !== "message.read") return [];
    return chosen.length > 0 ? chosen : await givenBefore(call, event.data.ids, event.seq);
  } catch (error) {
    if (error instanceof NothingUnread) return [];
    throw error;
  }
}

/** Messages that were marked read by the event at `seq`: the view may have let go of them since. */
async function givenBefore(call: WorkspaceCall, ids: string[], seq: number): Promise<Message[]> {
  const found: Message[] = ids.flatMap((id) => messageById(call.view().messages, id) ?? []);
  const missing = () => ids.some((id) => !found.some((message) => message.id === id));
  for (let [looked, before] = [0, seq]; missing() && looked < LOOKED_THROUGH; looked += PAGE) {
    const page = await call.ledger.read({ type: "message.sent", newest: true, limit: PAGE, before });
    for (const event of page.toReversed())
      if (
        event.type === "message.sent" &&
        ids.includes(event.data.id) &&
        !found.some((one) => one.id === event.data.id)
      )
        found.push(messageOf(event, call.view()));
    before = page[0]?.seq ?? 0;
    if (page.length < PAGE) break;
  }
  return found.toSorted((a, b) => a.seq - b.seq);
}

/** There is nothing to decide. */
class NothingUnread extends Error {}

/** What a recipient has not fetched yet, oldest first; what its model saw in passing still counts. */
export function unreadOf({ messages }: View, inbox: string): Message[] {
  const met = metIn(messages, inbox).filter(({ deliveries }) => deliveries[inbox]?.rung !== "read");
  return [...waitingIn(messages, inbox), ...met].toSorted((a, b) => a.seq - b.seq);
}

/** A message's whole content: the view holds only the beginning of long ones. */
export async function contentOf(ledger: Ledger, message: Message): Promise<string> {
  if (byteLength(message.content) === message.size) return message.content;
  const [event] = await ledger.read({ after: message.seq - 1, before: message.seq + 1, limit: 1 });
  return event?.type === "message.sent" ? event.data.content : message.content;
}

/** Whether a message goes to agents by reference only. */
export function isLong(message: Message): boolean {
  return message.size > INLINE_LIMIT;
}

function recipientsOf(view: View, sender: Actor, to: string): { inbox: string; name: string }[] {
  const self = inboxOf(sender);
  const folded = foldName(to);
  if (folded === ALL) {
    const agents = Object.values(view.agents).filter((agent) => reachable(agent) && agent.id !== self);
    const all = agents.map(({ id, name }) => ({ inbox: id, name }));
    if (sender.kind !== "human") all.push({ inbox: HUMAN, name: HUMAN });
    if (all.length === 0)
      throw new ClustrError(
        "not_found",
        "There is no agent to send to; nothing was sent. Spawn one with `clustr spawn`.",
      );
    return all;
  }
  if (to.trim().toLowerCase() === HUMAN) {
    if (sender.kind === "human")
      throw new ClustrError("invalid", "You are human: a message to yourself was not sent. Name an agent, or all.");
    return [{ inbox: HUMAN, name: HUMAN }];
  }
  const agent = agentNamed(view, to);
  if (agent.id === self) throw new ClustrError("invalid", "That is your own name; nothing was sent.");
  if (!reachable(agent)) {
    throw new ClustrError(
      "conflict",
      `${agent.name} is ${agent.status} (${agent.outcome ?? "gone"}) and its process has ended; nothing was sent. Restart it first.`,
    );
  }
  return [{ inbox: agent.id, name: agent.name }];
}

/** A process that has not ended, or is being started, can receive. */
function reachable(agent: { live: boolean }): boolean {
  return agent.live;
}

/** Whether an agent of this name wrote or received a message; without a name, always. */
function concerns(event: Sent, agent: string | undefined): boolean {
  return (
    agent === undefined || nameOf(event.actor) === agent || event.data.recipients.some(({ name }) => name === agent)
  );
}

/** A message as it was sent, with what has become of it as far as the view knows. */
export function messageOf(event: Sent, view: View): Message {
  const { id, to, content, reply_to, urgency = "now", hops = 0 } = event.data;
  const message: Message = {
    id,
    seq: event.seq,
    from: nameOf(event.actor),
    to,
    content,
    size: byteLength(content),
    urgency,
    hops,
    at: event.at,
    deliveries: messageById(view.messages, id)?.deliveries ?? {},
  };
  if (reply_to) message.reply_to = reply_to;
  return message;
}

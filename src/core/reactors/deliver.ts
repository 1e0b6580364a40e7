import type { Fact } from "../../contract/event.ts";
import { messageById } from "../../contract/mail.ts";
import type { Message } from "../../contract/message.ts";
import { ageOf } from "../age.ts";
import { append, appendPatiently } from "../append.ts";
import { parcelOf } from "../envelope.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { AgentSession, Parcel } from "../ports/service.ts";
import { createDue, type Moment } from "./due.ts";

/** How often waiting mail is looked at again, beside every sign of life of its recipient. */
const SWEEP_MS = 2_000;
/** After this long without a sign that an idle agent's model saw a message, it is handed over again. */
const UNSEEN_MS = 20_000;
/** Hands mail to running agents and climbs its ladder. */
export interface Delivery {
  /** The agent has an open session: what waits can go. `adopted`: its process was there before, and may have been handed things. */
  open(agent: string, session: AgentSession, adopted: boolean): void;
  close(agent: string): void;
  /** A good moment to try again, e.g. its turn ended. */
  kick(agent: string): void;
  /** For delivery by a hook's answer; the same request gets the same parcels. */
  take(agent: string, requestId: string, channel: string, moment: "tool-boundary" | "turn-end"): Promise<Parcel[]>;
  seen(agent: string, ids: string[]): Promise<void>;
  /** Its tool has lost the conversation: what was seen there is dropped, what was on its way goes again. */
  forgot(agent: string, why: string, messages?: string[]): Promise<void>;
}

export function createDelivery(
  ledger: Ledger,
  live: LiveView,
  now: () => number,
  newId: () => string,
  signal: AbortSignal,
  log: (message: string, details?: Record<string, unknown>) => void,
): Delivery {
  const sessions = new Map<string, AgentSession>();
  /** Sessions that are still being asked what their conversation holds: nothing is handed over before that is known. */
  const asking = new Set<AgentSession>();
  const due = createDue(live, now);
  /** Messages for which a turn was stopped already. */
  const interrupting = new Set<string>();
  const busy = new Set<string>();
  const again = new Set<string>();

  /** Records what has happened already: not to know of it later would hand a message over twice. */
  const record = async (fact: Fact, agent: string): Promise<void> => {
    const entry = { ...fact, id: newId(), actor: { kind: "system" as const }, subject: `inbox/${agent}` };
    const event = await appendPatiently(ledger, entry, signal);
    await live.reached(event.seq);
  };

  /** Nothing is handed over to an agent while it is being asked what its conversation holds. */
  const beingAsked = (agent: string): boolean => {
    const session = sessions.get(agent);
    return session !== undefined && asking.has(session);
  };

  /** Stops the turn of an agent for mail that asks for it, once a message. */
  const interrupt = async (agent: string, session: AgentSession, mail: Message[]): Promise<void> => {
    const urgent = mail.filter(({ id, urgency }) => urgency === "interrupt" && !interrupting.has(id));
    if (urgent.length === 0 || live.current().agents[agent]?.status !== "running" || !session.interrupt) return;
    for (const { id } of urgent) interrupting.add(id);
    await session.interrupt();
  };

  /** Says of mail that must wait for a later moment what it waits for. */
  const explain = async (agent: string, moment: Moment): Promise<void> => {
    const why = "it is working, and the message is to wait until it rests";
    const ids = due.later(agent, moment).map(({ id }) => id);
    if (ids.length > 0) await record({ type: "message.held", data: { ids, inbox: agent, why } }, agent);
  };

  const attempt = async (agent: string): Promise<void> => {
    const session = sessions.get(agent);
    if (!session) return;
    await recover(agent, session);
    if (beingAsked(agent) || due.queued(agent).length === 0) return;
    await interrupt(agent, session, due.queued(agent));
    const moment = due.moment(agent);
    await explain(agent, moment);
    const mail = beingAsked(agent) ? [] : due.at(agent, moment, "session");
    if (mail.length === 0) return;
    const ids = mail.map(({ id }) => id);
    const result = await due.handing(agent, mail, async () => {
      const taken = await session.deliver(mail.map(parcelOf));
      if (!("channel" in taken)) return taken;
      // A session that was closed meanwhile may have taken them into the grave: they wait for the next one.
      if (sessions.get(agent) !== session) return undefined;
      const { channel } = taken;
      await record({ type: "message.handed", data: { ids, inbox: agent, channel } }, agent);
      for (const id of ids) interrupting.delete(id);
      return taken;
    });
    if (!result || !("later" in result)) return;
    // Said after the lock is gone: a hook that asks in the meantime must not be turned away.
    const news = mail.filter(({ deliveries }) => deliveries[agent]?.why !== result.later).map(({ id }) => id);
    if (news.length > 0)
      await record({ type: "message.held", data: { ids: news, inbox: agent, why: result.later } }, agent);
  };

  const kick = (agent: string): void => {
    if (signal.aborted) return;
    if (busy.has(agent)) {
      again.add(agent);
      return;
    }
    busy.add(agent);
    attempt(agent)
      .catch((error: unknown) =>
        log("A message could not be handed over; it stays queued", { agent, error: String(error) }),
      )
      .finally(() => {
        busy.delete(agent);
        if (again.delete(agent)) kick(agent);
      });
  };

  /** Gives back what was handed to an agent that has come to rest, yet without a sign that its model saw it. */
  const recover = async (agent: string, session: AgentSession): Promise<void> => {
    if (live.current().agents[agent]?.status !== "done") return;
    const stranded = due
      .waiting(agent, "handed")
      .filter(({ deliveries }) => ageOf(deliveries[agent]?.at ?? "", now()) > UNSEEN_MS);
    if (stranded.length === 0) return;
    const known = (await session.knows?.(stranded.map(({ id }) => id))) ?? [];
    await delivery.seen(agent, known);
    const lost = stranded.filter(({ id }) => !known.includes(id));
    await giveBack(agent, lost, "no sign that the model saw it; it is handed over again");
  };

  const giveBack = async (agent: string, mail: Message[], why: string): Promise<void> => {
    const ids = mail.map(({ id }) => id);
    if (ids.length > 0) await record({ type: "message.returned", data: { ids, inbox: agent, why } }, agent);
  };

  /** What an earlier server, or an earlier run, left undecided. */
  const catchUp = async (agent: string, session: AgentSession, adopted: boolean): Promise<void> => {
    const unsure = due.waiting(agent, "queued", "handed").map(({ id }) => id);
    const continued = adopted || live.current().agents[agent]?.resumed === true;
    if (continued && unsure.length > 0) await delivery.seen(agent, (await session.knows?.(unsure)) ?? []);
    if (!adopted) await giveBack(agent, due.waiting(agent, "handed"), "it was started anew before its model saw it");
  };

  const sweep = setInterval(() => {
    for (const agent of sessions.keys()) kick(agent);
  }, SWEEP_MS);
  signal.addEventListener("abort", () => clearInterval(sweep), { once: true });

  const delivery: Delivery = {
    open(agent, session, adopted) {
      sessions.set(agent, session);
      asking.add(session);
      catchUp(agent, session, adopted)
        .catch((error: unknown) =>
          log("What the agent already knows could not be asked", { agent, error: String(error) }),
        )
        .finally(() => {
          asking.delete(session);
          kick(agent);
        });
    },
    close: (agent) => void sessions.delete(agent),
    kick,
    async take(agent, requestId, channel, moment) {
      const id = `hook/${agent}/${requestId}`;
      const before = await ledger.find(id);
      if (before?.type === "message.handed") {
        const { messages } = live.current();
        return before.data.ids.flatMap((one) => messageById(messages, one) ?? []).map(parcelOf);
      }
      due.hook(channel);
      const mail = beingAsked(agent) ? [] : due.at(agent, moment, "hooks");
      if (mail.length === 0) return [];
      return due.handing(agent, mail, async () => {
        const data = { ids: mail.map((message) => message.id), inbox: agent, channel };
        const entry = { type: "message.handed" as const, data, id, subject: `inbox/${agent}` };
        // Given only once it is written: if it cannot be, the hook goes away empty and the mail waits.
        const event = await append(ledger, { ...entry, actor: { kind: "system" } });
        await live.reached(event.seq);
        return mail.map(parcelOf);
      });
    },
    async forgot(agent, why, messages) {
      const seen = due.seen(agent).flatMap(({ id }) => ((messages?.includes(id) ?? true) ? [id] : []));
      if (seen.length > 0) await record({ type: "message.dropped", data: { ids: seen, inbox: agent, why } }, agent);
      // What is on its way is lost only with the whole conversation.
      if (!messages) await giveBack(agent, due.waiting(agent, "handed"), why);
      kick(agent);
    },
    async seen(agent, ids) {
      const news = due.waiting(agent, "queued", "handed").flatMap(({ id }) => (ids.includes(id) ? [id] : []));
      if (news.length === 0) return;
      await record({ type: "message.seen", data: { ids: news, inbox: agent } }, agent);
      // What was held back so as not to overtake them can go; in a turn, with the hook that told of them or the next one.
      if (live.current().agents[agent]?.status === "done") kick(agent);
    },
  };
  live.watch((event) => {
    // What is left of the run before would take mail into the grave.
    if (event.type === "agent.restarted") sessions.delete(event.data.id);
    if (event.type !== "message.sent") return;
    for (const { inbox } of event.data.recipients) if (sessions.has(inbox)) kick(inbox);
  });
  return delivery;
}

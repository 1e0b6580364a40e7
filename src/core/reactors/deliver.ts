import type { Event, Fact } from "../../contract/event.ts";
import type { Message } from "../../contract/message.ts";
import { append } from "../append.ts";
import { parcelOf } from "../envelope.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { AgentSession, Parcel } from "../ports/service.ts";

/** How often waiting mail is looked at again, beside every sign of life of its recipient. */
const SWEEP_MS = 2_000;
/** After this long without a sign that an idle agent's model saw a message, it is handed over again. */
const UNSEEN_MS = 20_000;

/** Hands mail to running agents and climbs its ladder. */
export interface Delivery {
  /** The agent has an open session: what waits can go. `adopted`: after a restart, so first ask what it already knows. */
  open(agent: string, session: AgentSession, adopted: boolean): void;
  close(agent: string): void;
  /** A good moment to try again, e.g. its turn ended. */
  kick(agent: string): void;
  /** For delivery by a hook's answer; the same request gets the same parcels. */
  take(agent: string, requestId: string, channel: string): Promise<Parcel[]>;
  seen(agent: string, ids: string[]): Promise<void>;
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
  /** Messages being handed over at this moment, so that no second channel takes them. */
  const inFlight = new Set<string>();
  const busy = new Set<string>();
  const again = new Set<string>();

  const record = (fact: Fact, agent: string, id = newId()): Promise<Event> =>
    append(ledger, { ...fact, id, actor: { kind: "system" }, subject: `inbox/${agent}` });
  const key = (agent: string, message: string): string => `${agent}/${message}`;

  /** What waits for an agent, oldest first. Notices of the workspace alone do not wake an agent that is done. */
  const waiting = (agent: string): Message[] => {
    const { messages, agents } = live.current();
    const mail = messages.filter(
      ({ id, deliveries }) => deliveries[agent]?.rung === "queued" && !inFlight.has(key(agent, id)),
    );
    const asleep = agents[agent]?.status === "done";
    return asleep && mail.every(({ from }) => from === "system") ? [] : mail;
  };

  const withLock = async <T>(agent: string, mail: Message[], work: () => Promise<T>): Promise<T> => {
    for (const { id } of mail) inFlight.add(key(agent, id));
    try {
      return await work();
    } finally {
      for (const { id } of mail) inFlight.delete(key(agent, id));
    }
  };

  const attempt = async (agent: string): Promise<void> => {
    const session = sessions.get(agent);
    const mail = waiting(agent);
    if (!session || mail.length === 0) return;
    await withLock(agent, mail, async () => {
      const result = await session.deliver(mail.map(parcelOf));
      const ids = mail.map(({ id }) => id);
      if ("channel" in result) {
        const event = await record(
          { type: "message.handed", data: { ids, inbox: agent, channel: result.channel } },
          agent,
        );
        await live.reached(event.seq);
      } else {
        const news = mail.filter(({ deliveries }) => deliveries[agent]?.why !== result.later).map(({ id }) => id);
        if (news.length > 0)
          await record({ type: "message.held", data: { ids: news, inbox: agent, why: result.later } }, agent);
      }
    });
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

  /** Handed to an agent that has come to rest, yet without a sign that its model saw it. */
  const stranded = (agent: string): string[] => {
    const { messages, agents } = live.current();
    if (agents[agent]?.status !== "done") return [];
    return messages
      .filter(({ deliveries }) => {
        const delivery = deliveries[agent];
        return delivery?.rung === "handed" && Date.parse(delivery.at) < now() - UNSEEN_MS;
      })
      .map(({ id }) => id);
  };

  const recover = async (agent: string, ids: string[]): Promise<void> => {
    const known = new Set(await sessions.get(agent)?.knows?.(ids));
    if (known.size > 0) await delivery.seen(agent, [...known]);
    const lost = ids.filter((id) => !known.has(id));
    if (lost.length > 0)
      await record(
        {
          type: "message.held",
          data: { ids: lost, inbox: agent, why: "no sign that the model saw it; it is handed over again" },
        },
        agent,
      );
  };

  const sweep = setInterval(() => {
    for (const agent of sessions.keys()) {
      const ids = stranded(agent);
      if (ids.length > 0)
        recover(agent, ids).catch((error: unknown) =>
          log("Stranded mail stays where it is", { agent, error: String(error) }),
        );
      kick(agent);
    }
  }, SWEEP_MS);
  signal.addEventListener("abort", () => clearInterval(sweep), { once: true });

  const delivery: Delivery = {
    open(agent, session, adopted) {
      const begin = (): void => {
        if (signal.aborted) return;
        sessions.set(agent, session);
        kick(agent);
      };
      if (!adopted || !session.knows) return begin();
      const unsure = live
        .current()
        .messages.filter(({ deliveries }) => ["queued", "handed"].includes(deliveries[agent]?.rung ?? ""));
      session
        .knows(unsure.map(({ id }) => id))
        .then((known) => delivery.seen(agent, known))
        .catch((error: unknown) =>
          log("What the agent already knows could not be asked", { agent, error: String(error) }),
        )
        .finally(begin);
    },
    close: (agent) => void sessions.delete(agent),
    kick,
    async take(agent, requestId, channel) {
      const id = `hook/${agent}/${requestId}`;
      const before = await ledger.find(id);
      if (before?.type === "message.handed") {
        const { messages } = live.current();
        const ids = new Set(before.data.ids);
        return messages.filter((message) => ids.has(message.id)).map(parcelOf);
      }
      const mail = waiting(agent);
      if (mail.length === 0) return [];
      return withLock(agent, mail, async () => {
        const event = await record(
          { type: "message.handed", data: { ids: mail.map((message) => message.id), inbox: agent, channel } },
          agent,
          id,
        );
        await live.reached(event.seq);
        return mail.map(parcelOf);
      });
    },
    async seen(agent, ids) {
      const { messages } = live.current();
      const wanted = new Set(ids);
      const news = messages
        .filter(
          (message) => wanted.has(message.id) && ["queued", "handed"].includes(message.deliveries[agent]?.rung ?? ""),
        )
        .map(({ id }) => id);
      if (news.length > 0) {
        const event = await record({ type: "message.seen", data: { ids: news, inbox: agent } }, agent);
        await live.reached(event.seq);
      }
    },
  };
  live.watch((event) => {
    if (event.type !== "message.sent") return;
    for (const { inbox } of event.data.recipients) if (sessions.has(inbox)) kick(inbox);
  });
  return delivery;
}

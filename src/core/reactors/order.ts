import type { Message } from "../../contract/message.ts";
import { ageOf } from "../age.ts";

/** How long mail on its way holds back what was sent after it, in milliseconds: beyond that it may be lost. */
const HOLDS_MS = 20_000;

/** The two sides by which mail reaches an agent: its session hands it over, or a hook's answer carries it. */
export type Side = "session" | "hooks";

interface Road {
  agent: string;
  /** Ms since 1970. */
  now: number;
  /** The side by which mail is about to go. */
  side: Side;
  /** The side a channel belongs to. */
  sideOf(channel: string): Side;
  /** Whether a message is being handed over at this very moment. */
  inFlight(id: string): boolean;
}

/**
 * What of `able`, mail that may go to an agent as far as it alone is concerned, goes without overtaking other mail of the same sender. A tool keeps the order of
 * what its session is given, but not between the two sides: what waits in its queue comes after what a hook brings in at
 * once. And what a hook's answer carried into a turn that was cut off is handed over anew: nothing goes before it is seen.
 */
export function inOrder(able: Message[], unseen: Message[], road: Road): Message[] {
  /** By sender, the first of their mail that is still on its way. */
  const onItsWay = new Map<string, number>();
  for (const { id, seq, from, deliveries } of unseen) {
    const delivery = deliveries[road.agent];
    if (!delivery || onItsWay.has(from)) continue;
    const queued = road.side === "session" && road.sideOf(delivery.channel ?? "") === "session";
    const handed = delivery.rung === "handed" && !queued;
    const fresh = ageOf(delivery.at, road.now) < HOLDS_MS;
    if ((handed && fresh) || road.inFlight(id)) onItsWay.set(from, seq);
  }
  return able.filter(({ from, seq }) => seq < (onItsWay.get(from) ?? Infinity));
}

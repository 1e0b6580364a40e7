import { HUMAN, type Actor } from "../contract/actor.ts";
import { ClustrError } from "../contract/error.ts";
import { countRecent } from "../contract/fold-messages.ts";
import { countWaiting } from "../contract/mail.ts";
import type { View } from "../contract/view.ts";
import { ageOf } from "./age.ts";

/** Messages answer one another as long as each follows within this time of its sender seeing the last. */
const EXCHANGE_MS = 60_000;

/** Refuses a sender that writes too fast. */
export function checkRate(view: View, actor: Actor, limit: number, now: number): void {
  if (actor.kind !== "agent") return;
  const sent = countRecent(view.sends, actor.id, now);
  if (sent >= limit) {
    throw new ClustrError(
      "limited",
      `You have sent ${sent} messages within a minute; this one was not sent. Final: do not retry now; put what you have to say into one message later.`,
    );
  }
}

/** Refuses a message to somebody who has not seen too many already. */
export function checkInboxes(view: View, recipients: { inbox: string; name: string }[], limit: number): void {
  for (const { inbox, name } of recipients) {
    if (inbox === HUMAN) continue;
    const waiting = countWaiting(view.messages, inbox);
    if (waiting >= limit)
      throw new ClustrError(
        "limited",
        `${name} has ${waiting} messages it has not seen; nothing was sent. Final: wait until it has caught up.`,
      );
  }
}

/**
 * How many messages led to the one an agent is about to send: one more than the last one its model saw, if that was
 * just now. A pair or a ring of agents that answer one another without pause is refused at the limit; a message of the
 * person, or a pause in which something is done, begins anew.
 */
export function hopsOf(view: View, actor: Actor, limit: number, now: number): number {
  if (actor.kind !== "agent") return 0;
  const chain = view.chains[actor.id];
  const hops = chain && ageOf(chain.at, now) < EXCHANGE_MS ? chain.hops + 1 : 1;
  if (hops <= limit) return hops;
  throw new ClustrError(
    "limited",
    `This exchange has gone back and forth ${limit} times without a pause or a person; nothing was sent. Final, do not retry: end your turn, or sum up with send_message to "human" later.`,
  );
}

import type { Caller } from "../caller.ts";
import type { Turn } from "./turn.ts";
import type { Random } from "../random.ts";

/** Name of the agent that prints every message it is given. */
export const LISTENER = "listener";

/** Shares of turns: mail to the listening agent, and fetching one's own mail; the rest goes to other clients. */
const TO_LISTENER = 0.1;
const FETCH = 0.3;
/** Of messages that broke off, the part whose sender never asks again. */
const ABANDONED = 0.2;

/** One client's mail. Each message says who wrote it, to whom, and as which of theirs: `client-1>client-2#17`. */
export function talking(caller: Caller, peers: readonly string[], random: Random): Turn {
  const sent = new Map<string, number>();
  return async () => {
    if (random.chance(FETCH)) {
      await caller.call("message.inbox", { limit: 100 });
      return;
    }
    const to = random.chance(TO_LISTENER) ? LISTENER : random.pick(peers);
    const number = (sent.get(to) ?? 0) + 1;
    sent.set(to, number);
    const content = `${caller.name}>${to}#${number}`;
    await caller.call("message.send", { to, content }, { abandon: random.chance(ABANDONED) });
  };
}

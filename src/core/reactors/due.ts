import type { Message, Rung, Urgency } from "../../contract/message.ts";
import { metIn, waitingIn } from "../../contract/mail.ts";
import { ageOf } from "../age.ts";
import type { LiveView } from "../live-view.ts";
import { inOrder, type Side } from "./order.ts";

/** An agent that has not moved for this long is at rest, not between two turns. */
const REST_MS = 1_000;

/** When mail can reach an agent, and what is urgent enough to go then. */
const GOES = {
  "tool-boundary": new Set<Urgency>(["interrupt", "now"]),
  "turn-end": new Set<Urgency>(["interrupt", "now", "turn-end"]),
  rest: new Set<Urgency>(["interrupt", "now", "turn-end", "idle"]),
};
export type Moment = keyof typeof GOES;

/** Which mail is due for which agent, as the newest view and what is being handed over at this moment say. */
export interface Due {
  /** Mail that waits for an agent to see it, on one of these rungs, oldest first. */
  waiting(agent: string, ...rungs: ("queued" | "handed")[]): Message[];
  /** Mail that its model has seen, and nothing more, oldest first. */
  seen(agent: string): Message[];
  /** What waits for an agent and is not being handed over, oldest first. */
  queued(agent: string): Message[];
  /** What of it may go at a moment by a side. Notices of the workspace alone do not wake an agent that is done. */
  at(agent: string, moment: Moment, side: Side): Message[];
  /** What of it must wait for a later moment, and has not been told why. */
  later(agent: string, moment: Moment): Message[];
  /** An agent between two turns takes what may prolong a turn; only one that stays there is at rest. */
  moment(agent: string): Moment;
  /** A channel through which hooks' answers carry mail. */
  hook(channel: string): void;
  /** Hands mail over: no second channel takes it meanwhile. */
  handing<T>(agent: string, mail: Message[], work: () => Promise<T>): Promise<T>;
}

export function createDue(live: LiveView, now: () => number): Due {
  const inFlight = new Set<string>();
  const hooks = new Set<string>(["tool-boundary", "turn-end"]);
  const key = (agent: string, message: string): string => `${agent}/${message}`;

  const due: Due = {
    waiting: (agent, ...rungs) => onRungs(waitingIn(live.current().messages, agent), agent, rungs),
    seen: (agent) => onRungs(metIn(live.current().messages, agent), agent, ["seen"]),
    queued: (agent) => due.waiting(agent, "queued").filter(({ id }) => !inFlight.has(key(agent, id))),
    at(agent, moment, side) {
      const able = due.queued(agent).filter(({ urgency }) => GOES[moment].has(urgency));
      const mail = inOrder(able, waitingIn(live.current().messages, agent), {
        ...{ agent, side, now: now() },
        sideOf: (channel) => (hooks.has(channel) ? "hooks" : "session"),
        inFlight: (id) => inFlight.has(key(agent, id)),
      });
      const asleep = live.current().agents[agent]?.status === "done";
      return asleep && mail.every(({ from }) => from === "system") ? [] : mail;
    },
    later: (agent, moment) =>
      due
        .queued(agent)
        .filter(({ urgency, deliveries }) => !GOES[moment].has(urgency) && deliveries[agent]?.why === undefined),
    moment(agent) {
      const { status, status_at = "" } = live.current().agents[agent] ?? {};
      if (status !== "done") return "tool-boundary";
      return ageOf(status_at, now()) >= REST_MS ? "rest" : "turn-end";
    },
    hook: (channel) => void hooks.add(channel),
    async handing(agent, mail, work) {
      for (const { id } of mail) inFlight.add(key(agent, id));
      try {
        return await work();
      } finally {
        for (const { id } of mail) inFlight.delete(key(agent, id));
      }
    },
  };
  return due;
}

function onRungs(mail: Message[], agent: string, rungs: Rung[]): Message[] {
  return mail.filter(({ deliveries }) => {
    const rung = deliveries[agent]?.rung;
    return rung !== undefined && rungs.includes(rung);
  });
}

import type { Agent } from "../../contract/agent.ts";
import type { Entry } from "./entries.ts";

/** A lane: one agent, or the person, through time. */
export interface Lane {
  /** An agent's id, or `human`. */
  id: string;
  name: string;
  /** When it was there, ISO times; `until` undefined: it still is. */
  from: string;
  until: string | undefined;
}

/** More than these cannot be told apart; those who did something last have one. */
const MOST = 20;

/** The lanes of those who did something in these entries, the person first, then in order of appearance. */
export function lanesOf(entries: readonly Entry[], agents: Readonly<Record<string, Agent>>): Lane[] {
  const seen = new Map<string, Lane>();
  for (const entry of entries) {
    for (const id of [entry.lane, ...entry.to]) {
      if (id === "system") continue;
      const was = seen.get(id);
      if (was) {
        was.until = entry.at;
        continue;
      }
      const name = id === entry.lane ? entry.by : (agents[id]?.name ?? entry.whom ?? "");
      seen.set(id, { id, name, from: entry.at, until: entry.at });
    }
  }
  const lanes = [...seen.values()].slice(-MOST).map((lane) => {
    if (lane.id === "human") return { ...lane, from: "", until: undefined };
    const agent = agents[lane.id];
    if (!agent) return lane;
    return { ...lane, name: agent.name, from: agent.spawned_at, until: agent.live ? undefined : agent.status_at };
  });
  return lanes.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
}

/** Whether a lane is drawn above (towards now) and below a moment. */
export function isThere({ from, until }: Lane, at: string): { above: boolean; below: boolean } {
  return {
    above: at >= from && (until === undefined || at < until),
    below: at > from && (until === undefined || at <= until),
  };
}

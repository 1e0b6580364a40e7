import type { Agent } from "../contract/agent.ts";
import { countWaiting } from "../contract/mail.ts";
import type { View } from "../contract/view.ts";

/** Agents that have ended and stay in the view whatever there is to them: a fortnight of a busy workspace. */
const NEWEST = 200;
/** Agents that have ended in the view, at most: beyond it the oldest leave although something of them is open. */
const MOST = 500;

/**
 * Those who are to leave the view, the ones that ended first first: agents that have ended, beyond the newest, of whom
 * nothing is open any more. Beyond the bound of all, also others: first those with mail or changes, last parents of live ones.
 */
export function surplusOf(view: View): Agent[] {
  const ended = Object.values(view.agents)
    .filter(({ live }) => !live)
    .toSorted((a, b) => (a.status_at < b.status_at ? -1 : a.status_at > b.status_at ? 1 : 0));
  if (ended.length <= NEWEST) return [];
  const parents = ancestorsOfLive(view.agents);
  const older = ended.slice(0, -NEWEST);
  const over = older.filter((agent) => !parents.has(agent.id) && !isOpen(agent, view));
  const kept = older.filter((agent) => !over.includes(agent));
  const byNeed = [...kept.filter(({ id }) => !parents.has(id)), ...kept.filter(({ id }) => parents.has(id))];
  return [...over, ...byNeed.slice(0, Math.max(0, NEWEST + kept.length - MOST))];
}

/** Whether something of an agent that has ended is still to be seen to: mail, an item, its end, or what it changed. */
function isOpen({ id, attention, stopping, files = [] }: Agent, view: View): boolean {
  return attention !== undefined || stopping === true || files.length > 0 || countWaiting(view.messages, id) > 0;
}

/** Ids of whoever a live agent descends from: it can be stopped with their descendants. */
function ancestorsOfLive(agents: View["agents"]): Set<string> {
  const ids = new Set<string>();
  for (const agent of Object.values(agents)) {
    if (!agent.live) continue;
    for (let id = agent.spawned_by_id; agents[id] && !ids.has(id); id = agents[id]?.spawned_by_id ?? "") ids.add(id);
  }
  return ids;
}

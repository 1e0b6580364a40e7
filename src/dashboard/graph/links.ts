import { ALL, HUMAN, SYSTEM } from "../../contract/actor.ts";
import type { Agent } from "../../contract/agent.ts";
import type { Message } from "../../contract/message.ts";

/** Messages from one to another, or to all. By name. */
export interface Link {
  key: string;
  from: string;
  /** `all` for broadcasts. */
  to: string;
  count: number;
  /** Time of the latest. */
  at: string;
}

/** Who is in the graph at most, beside the person. */
export const MOST = 20;

/** Who wrote to whom how often, in these messages; what the workspace itself says does not count. */
export function linksOf(messages: readonly Message[]): Link[] {
  const links = new Map<string, Link>();
  for (const { from, to, at } of messages) {
    if (from === SYSTEM) continue;
    const key = `${from} > ${to}`;
    const was = links.get(key);
    if (was) links.set(key, { ...was, count: was.count + 1, at });
    else links.set(key, { key, from, to, count: 1, at });
  }
  return [...links.values()];
}

/**
 * Who is shown, by name, in the order in which they were spawned, so that nobody changes places when somebody joins:
 * the live ones, and those that wrote or were written to lately. The person is always the first.
 */
export function peopleOf(agents: readonly Agent[], links: readonly Link[]): { names: string[]; left: number } {
  const wrote = new Set(links.flatMap(({ from, to }) => [from, to]));
  const there = agents
    .filter(({ live, name }) => live || wrote.has(name))
    .sort((a, b) => Number(b.live) - Number(a.live) || b.spawned_at.localeCompare(a.spawned_at));
  const first = new Map<string, string>();
  for (const { name, spawned_at } of there) first.set(name, spawned_at);
  const shown = [...first].slice(0, MOST).sort(([, a], [, b]) => a.localeCompare(b));
  return { names: [HUMAN, ...shown.map(([name]) => name)], left: first.size - shown.length };
}

/** The direct ones between those that are shown. */
export function drawnOf(links: readonly Link[], names: readonly string[]): Link[] {
  const shown = new Set(names);
  return links.filter(({ from, to }) => to !== ALL && from !== to && shown.has(from) && shown.has(to));
}

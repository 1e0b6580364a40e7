import type { Agent } from "../contract/agent.ts";
import type { Event } from "../contract/event.ts";
import { foldName } from "../contract/name.ts";
import type { Ledger } from "./ports/ledger.ts";

/** Records read from the ledger at once: each holds a whole task. */
const PAGE = 50;
/** Records looked through for names. */
const LOOKED_THROUGH = 5_000;

/**
 * Agents that have left the view, as they were then, the latest first. `before`: the ledger position to go on from, as
 * `next` says; absent when there are no more.
 */
export async function pastAgents(
  ledger: Ledger,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<{ agents: Agent[]; next?: number }> {
  const range = before === undefined ? {} : { before };
  const events = await ledger.read({ type: "agent.forgotten", newest: true, limit, ...range });
  const agents = events.toReversed().flatMap((event) => (event.type === "agent.forgotten" ? [event.data.agent] : []));
  const [oldest] = events;
  return { agents, ...(oldest && events.length === limit ? { next: oldest.seq } : {}) };
}

/** The latest of this name that has left the view. */
export async function pastAgent(ledger: Ledger, name: string): Promise<Agent | undefined> {
  const folded = foldName(name);
  let before: number | undefined;
  for (let looked = 0; looked < LOOKED_THROUGH; looked += PAGE) {
    const { agents, next } = await pastAgents(ledger, { before, limit: PAGE });
    const found = agents.find((agent) => foldName(agent.name) === folded);
    if (found || next === undefined) return found;
    before = next;
  }
  return undefined;
}

/** Names by id of those among `ids` that have left the view, as far as the latest ones are looked through. */
export async function pastNames(ledger: Ledger, ids: ReadonlySet<string>): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  let before: number | undefined;
  for (let looked = 0; names.size < ids.size && looked < LOOKED_THROUGH; looked += PAGE) {
    const { agents, next } = await pastAgents(ledger, { before, limit: PAGE });
    for (const { id, name } of agents) if (ids.has(id)) names.set(id, name);
    if (next === undefined) break;
    before = next;
  }
  return names;
}

/** The id of an agent that an event takes out of the view. */
export function goneBy(event: Event): string | undefined {
  if (event.type === "agent.removed") return event.data.id;
  return event.type === "agent.forgotten" ? event.data.agent.id : undefined;
}

/** Ids of the latest that have left the view, `limit` of each kind; with a name, only those of that name. */
export async function goneAgents(ledger: Ledger, limit: number, name?: string): Promise<string[]> {
  const removed = await ledger.read({ type: "agent.removed", newest: true, limit });
  const forgotten = await ledger.read({ type: "agent.forgotten", newest: true, limit });
  return [...removed, ...forgotten].flatMap((event) => {
    const known = event.type === "agent.forgotten" ? event.data.agent : event.data;
    return name === undefined || ("name" in known && known.name === name) ? (goneBy(event) ?? []) : [];
  });
}

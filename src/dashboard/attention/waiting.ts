import type { Agent, Attention } from "../../contract/agent.ts";
import type { View } from "../../contract/view.ts";

/** An item that waits for the person, and whose it is. */
export interface Waiting {
  agent: Agent;
  item: Attention;
}

/** Everything that waits for the person, oldest first. What has been answered and is being carried out waits no more. */
export function waitingIn(agents: View["agents"]): Waiting[] {
  return Object.values(agents)
    .flatMap((agent) => (agent.attention && !agent.attention.answered ? [{ agent, item: agent.attention }] : []))
    .sort((a, b) => a.item.since.localeCompare(b.item.since));
}

export function countWaiting({ agents }: View): number {
  let count = 0;
  for (const id in agents) if (agents[id]?.attention && !agents[id].attention.answered) count++;
  return count;
}

export function sameWaiting(a: Waiting[], b: Waiting[]): boolean {
  return a.length === b.length && a.every(({ item }, index) => item === b[index]?.item);
}

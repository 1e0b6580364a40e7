import type { Agent, Attention } from "../../contract/agent.ts";
import type { View } from "../../contract/view.ts";
import { waitsWith } from "../agent/standing.ts";

/** An item that waits for the person, and whose it is. */
export interface Waiting {
  agent: Agent;
  item: Attention;
}

/** Everything that waits for the person, oldest first. What has been answered and is being carried out waits no more. */
export function waitingIn(agents: View["agents"]): Waiting[] {
  return itemsOf(agents, waitsWith);
}

/** The items that some choice of them gives, oldest first. */
export function itemsOf(agents: View["agents"], choose: (agent: Agent) => Attention | undefined): Waiting[] {
  return Object.values(agents)
    .flatMap((agent) => {
      const item = choose(agent);
      return item ? [{ agent, item }] : [];
    })
    .sort((a, b) => a.item.since.localeCompare(b.item.since));
}

/** The one number, wherever it is shown. */
export function countWaiting({ agents }: View): number {
  let count = 0;
  for (const id in agents) if (agents[id] && waitsWith(agents[id])) count++;
  return count;
}

export function sameWaiting(a: Waiting[], b: Waiting[]): boolean {
  return a.length === b.length && a.every(({ item }, index) => item === b[index]?.item);
}

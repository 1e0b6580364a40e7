import type { Agent } from "../../contract/agent.ts";
import type { View } from "../../contract/view.ts";
import { useView } from "../live/here.tsx";
import { useRoute } from "../route/route.ts";
import { goToRoom } from "../shell/places.ts";
import { byStanding } from "./standing.ts";

/** The agent an address means: by id, or by name, the live one first. */
export function agentNamed(view: View, wanted: string): Agent | undefined {
  const byId = view.agents[wanted];
  if (byId) return byId;
  const named = Object.values(view.agents).filter(({ name }) => name === wanted);
  return named.find(({ live }) => live) ?? named.at(-1);
}

/** The agent on the screen: the one in the address, else whoever needs a person most. Undefined when there is none. */
export function useSelected(): Agent | undefined {
  const { agent } = useRoute();
  return useView((view) =>
    agent === undefined ? Object.values(view.agents).sort(byStanding)[0] : agentNamed(view, agent),
  );
}

/** How an agent is written in an address: its name, unless another one has it too. */
export function addressOf(agent: Agent, agents: readonly Agent[]): string {
  return agents.some(({ id, name }) => id !== agent.id && name === agent.name) ? agent.id : agent.name;
}

/** Selects an agent and shows its terminal. */
export function showAgent(agent: Agent, agents: readonly Agent[]): void {
  goToRoom("terminals", { agent: addressOf(agent, agents) });
}

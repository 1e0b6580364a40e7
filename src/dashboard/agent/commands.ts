import type { Command } from "../keys/command.ts";
import { hereNow } from "../live/here.tsx";
import { route } from "../route/route.ts";
import { agentNamed, showAgent } from "./selected.ts";
import { byStanding } from "./standing.ts";

const view = () => hereNow()?.live.newest().view;
/** In the order of the roster. */
const all = () => Object.values(view()?.agents ?? {}).sort(byStanding);

function step(by: 1 | -1): void {
  const agents = all();
  const now = view();
  const wanted = route().agent;
  const selected = now && wanted !== undefined ? agentNamed(now, wanted) : agents[0];
  const at = agents.findIndex(({ id }) => id === selected?.id);
  const next = agents[(at + by + agents.length) % agents.length];
  if (next) showAgent(next, agents);
}

export const commands: Command[] = [
  {
    id: "agent.next",
    title: "Next agent",
    group: "Agents",
    keys: "j",
    when: () => all().length > 1,
    run: () => step(1),
  },
  {
    id: "agent.previous",
    title: "Previous agent",
    group: "Agents",
    keys: "k",
    when: () => all().length > 1,
    run: () => step(-1),
  },
  ...Array.from({ length: 9 }, (_, index): Command => ({
    id: `agent.show-${index + 1}`,
    title: index === 0 ? "Agent 1, and so on to 9" : `Agent ${index + 1}`,
    group: index === 0 ? "Agents" : "",
    keys: `${index + 1}`,
    keysOnly: true,
    fixed: true,
    when: () => all().length > index,
    run: () => {
      const agents = all();
      const agent = agents[index];
      if (agent) showAgent(agent, agents);
    },
  })),
];

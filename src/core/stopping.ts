import type { Agent } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import type { Fact } from "../contract/event.ts";
import { liveDescendants } from "../contract/family.ts";
import type { View } from "../contract/view.ts";

/**
 * The end of an agent, or a refusal. With its descendants it is one fact for them all: from that moment on none of them
 * spawns another (core/spawning.ts), and who was spawned before is in it.
 */
export function stopOf(view: View, agent: Agent, descendants: boolean): Fact {
  const also = descendants ? liveDescendants(view.agents, agent.id).map(({ id, run }) => ({ id, run })) : [];
  const data = { id: agent.id, run: agent.run, ...(also.length > 0 ? { also } : {}) };
  if (also.length > 0) return { type: "agent.stop_requested", data };
  if (agent.external)
    throw new ClustrError(
      "invalid",
      `${agent.name} was started outside Clustr; end it there. \`clustr rm ${agent.name}\` takes its access away.`,
    );
  if (!agent.live)
    throw new ClustrError(
      "conflict",
      `${agent.name} has ended already (${agent.outcome ?? agent.status})${descendants ? ", and so has all it spawned" : ""}.`,
    );
  return { type: "agent.stop_requested", data };
}

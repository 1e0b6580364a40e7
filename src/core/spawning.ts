import type { Actor } from "../contract/actor.ts";
import { inboxOf, nameOf } from "../contract/actor.ts";
import type { Autonomy } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import type { AgentOrigin } from "../contract/event.ts";
import { countRecent } from "../contract/fold-messages.ts";
import { foldName } from "../contract/name.ts";
import type { View } from "../contract/view.ts";
import type { Limits } from "../contract/workspace.ts";

const AUTONOMY: Record<Autonomy, number> = { ask: 0, auto: 1, full: 2 };

/** What is asked for, with everything that does not depend on the view already checked. */
export type SpawnRequest = Pick<AgentOrigin, "id" | "name" | "service" | "task" | "cwd"> & {
  model: string | undefined;
  autonomy: Autonomy | undefined;
};

/** The origin of a new agent, or a ClustrError: a taken name, a limit reached, more autonomy than the parent has. */
export function originOf(view: View, actor: Actor, request: SpawnRequest, limits: Limits, now: number): AgentOrigin {
  const parent = actor.kind === "agent" ? view.agents[actor.id] : undefined;
  // What it asked for before it was stopped may arrive only now.
  if (parent && !parent.external && (parent.stopping || !parent.live))
    throw new ClustrError("forbidden", "You are being stopped; nothing was spawned. Final, do not retry.");
  checkFree(view, request.name);
  checkRoom(view, limits, parent !== undefined);
  const depth = parent ? parent.depth + 1 : 0;
  if (depth > limits.spawn_depth)
    throw limited(`agents may be nested ${limits.spawn_depth} deep`, "do this part yourself", true);
  const spawners = Object.keys(view.spawns).filter((inbox) => inbox !== "human");
  const lately = spawners.reduce((sum, inbox) => sum + countRecent(view.spawns, inbox, now), 0);
  if (parent && lately >= limits.spawns_per_minute)
    throw limited(`agents have spawned ${lately} agents within a minute`, "do this part yourself", true);
  return {
    ...request,
    autonomy: autonomyOf(request.autonomy, parent?.autonomy),
    spawned_by: nameOf(actor),
    spawned_by_id: inboxOf(actor),
    depth,
    external: false,
  };
}

/** Rejects one more live agent than there may be. `final`: an agent asks, who shall not try again. */
export function checkRoom(view: View, limits: Limits, final: boolean): void {
  const live = Object.values(view.agents).filter((agent) => agent.live && !agent.external).length;
  if (live >= limits.live_agents)
    throw limited(
      `${live} agents are live, the limit`,
      "stop one, or raise it with `clustr limits --live-agents N`",
      final,
    );
}

/**
 * Rejects a name that a live agent carries, or that could be mistaken for one. An agent started elsewhere keeps its name
 * while it is silent: it may call again at any moment, under that name.
 */
export function checkFree(view: View, name: string): void {
  const folded = foldName(name);
  const holder = Object.values(view.agents).find(
    (agent) => (agent.live || agent.external) && foldName(agent.name) === folded,
  );
  if (holder)
    throw new ClustrError(
      "conflict",
      holder.external
        ? `An agent started elsewhere is called "${holder.name}" already; choose another name, or take that one's access away with \`clustr rm ${holder.name}\`.`
        : `There is a live agent called "${holder.name}" already; choose another name, or stop that one first.`,
    );
}

function autonomyOf(asked: Autonomy | undefined, parents: Autonomy | undefined): Autonomy {
  const most = parents ?? "full";
  if (asked === undefined) return AUTONOMY[most] < AUTONOMY.auto ? most : "auto";
  if (AUTONOMY[asked] > AUTONOMY[most])
    throw new ClustrError(
      "forbidden",
      `You have autonomy "${most}" and cannot give "${asked}"; nothing was spawned. Ask for "${most}" or less.`,
    );
  return asked;
}

function limited(what: string, remedy: string, final: boolean): ClustrError {
  return new ClustrError(
    "limited",
    `Nothing was started: ${what}. ${final ? "Final, do not retry: " : "To go on, "}${remedy}.`,
  );
}

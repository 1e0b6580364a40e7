import type { View } from "../../contract/view.ts";
import type { Limits } from "../../contract/workspace.ts";
import { decide } from "../append.ts";
import { REGISTRY } from "../agents.ts";
import { isRevivable, resumption } from "../resuming.ts";
import type { ReactorParts } from "./reactor.ts";

/** How long one resumed agent is waited for before the next: many that start at once starve one another. */
const APART_MS = 20_000;

/**
 * Continues conversations that were cut short, one after another, where the workspace is set to do so. What ended while
 * no server ran, or in the moment it died, is found as the workspace opens. Each end of a run leads to one resumption at
 * most, through any crash: its id is made of the run.
 */
export function reviveAgents({ ledger, live, log }: ReactorParts, limits: () => Limits, signal: AbortSignal): void {
  const waiting = new Set<string>();
  let busy = false;

  const revive = async (id: string): Promise<void> => {
    const agent = live.current().agents[id];
    if (!agent || !isRevivable(agent, live.current())) return;
    const { name, run } = agent;
    const base = { id: `revive/${id}/${run}`, actor: { kind: "system" as const }, subject: REGISTRY };
    await decide(ledger, live.reached, base, () => {
      const view = live.current();
      const now = view.agents[id];
      if (now?.run !== run || !isRevivable(now, view)) throw new Error("somebody else decided meanwhile");
      return resumption(view, now, limits());
    });
    log("A conversation that was cut short is continued", { agent: name, run: run + 1 });
    const settled = ({ agents: { [id]: now } }: View): boolean =>
      now?.run !== run + 1 || now.begun === true || !now.live;
    await live.until(settled, APART_MS);
  };

  const work = async (): Promise<void> => {
    if (busy) return;
    busy = true;
    for (const id of waiting) {
      waiting.delete(id);
      if (signal.aborted) break;
      await revive(id).catch((error: unknown) =>
        log("A conversation that was cut short could not be continued", { agent: id, error: String(error) }),
      );
    }
    busy = false;
  };

  const look = (ids: string[]): void => {
    const { agents } = live.current();
    for (const id of ids) if (agents[id] && isRevivable(agents[id], live.current())) waiting.add(id);
    void work();
  };

  live.watch((event) => {
    // What a shutdown stops is for the next server: this one is about to end.
    if (event.type === "agent.status" && !event.data.live && event.data.outcome !== "stopped") look([event.data.id]);
  });
  look(Object.keys(live.current().agents));
}

import { setTimeout as pause } from "node:timers/promises";
import type { World } from "./world.ts";

/** Waits for something to be so; notes a violation when it is not in time. */
export async function settled(
  world: World,
  invariant: string,
  what: string,
  holds: () => Promise<boolean> | boolean,
  withinMs: number,
): Promise<void> {
  for (const end = performance.now() + withinMs; !(await holds()); await pause(50)) {
    if (world.signal.aborted) return;
    if (performance.now() > end) return world.violate(invariant, `in vain for ${withinMs} ms: ${what}`);
  }
}

/** A new agent starts, works and comes to rest: terminals, hooks and the ledger are all there again. */
export async function spawnsAgain(world: World, name: string): Promise<void> {
  const task = JSON.stringify([{ say: "here" }]);
  const spawned = await world.person(`${name}-spawner`).call("agent.spawn", { name, service: "script", task });
  world.expect("run", spawned.outcome === "ok", `${name} could not be spawned: ${spawned.failure?.message ?? ""}`);
  const finished = async () => {
    const agents = await world.clustr.client.call("agent.list", {});
    return agents.some((agent) => agent.name === name && agent.outcome === "finished");
  };
  await settled(world, "run", `${name} comes to rest`, finished, 30_000);
}

import { setTimeout as pause } from "node:timers/promises";
import { hostsOf, killHosts } from "../host.ts";
import { underLoad } from "../load.ts";
import { HOST_POINTS, Points } from "../points.ts";
import type { Random } from "../random.ts";
import { settled, spawnsAgain } from "../settled.ts";
import type { World } from "../world.ts";

export const name = "kill-host";
export const share = 3;

/** How long it may take until everybody sees that an agent's terminal is gone, ms. */
const TOLD_MS = 15_000;

/**
 * kill -9 of the terminal host, at a random moment or at a named point of its own code, sometimes together with the server:
 * its agents end and are shown as ended, nothing of theirs goes on unseen, and new agents start.
 */
export async function run(world: World, random: Random): Promise<void> {
  const points = await Points.make(world);
  await world.start({ node: points.preload });
  const load = await underLoad(world, random, { pace: 20 });
  await pause(random.between(200, 1500));
  const atPoint = random.chance(0.5);
  const killed = await agentsThere(world);
  const [host] = await hostsOf(world);
  if (atPoint) await points.hostDies(random.pick(HOST_POINTS));
  else await killHosts(world);
  if (random.chance(0.3)) {
    await world.kill();
    await world.restart();
  }
  const gone = async () => {
    const agents = await world.clustr.client.call("agent.list", {});
    return agents.filter(({ id, run: number }) => killed.has(`${id}.${number}`)).every(({ live }) => !live);
  };
  await settled(world, "I7", "agents of the dead host are shown as ended", gone, TOLD_MS);
  await spawnsAgain(world, "phoenix");
  world.expect("run", !(await hostsOf(world)).includes(host ?? 0), "the host is still there");
  await load.stop();
}

/** Agents with a terminal, by run. */
async function agentsThere(world: World): Promise<Set<string>> {
  const agents = await world.clustr.client.call("agent.list", {});
  return new Set(
    agents.filter(({ live, external }) => live && !external).map(({ id, run: number }) => `${id}.${number}`),
  );
}

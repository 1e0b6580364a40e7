import { setTimeout as pause } from "node:timers/promises";
import { hostsOf } from "../host.ts";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import { spawnsAgain } from "../settled.ts";
import type { World } from "../world.ts";

export const name = "stopped";
export const share = 2;

/**
 * The server, the terminal host, or both stand still for some seconds (SIGSTOP; a machine that slept looks the same) and
 * go on: nobody is taken for dead, and nothing is lost.
 */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { pace: 20, agents: false });
  await pause(300);
  const host = await hostsOf(world);
  const who = random.pick(["server", "host", "both"]);
  const pids = [...(who === "host" ? [] : [world.clustr.pid]), ...(who === "server" ? [] : host)];
  world.figures.faults += 1;
  try {
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    await pause(random.between(1_000, 8_000));
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  }
  await pause(500);
  await load.stop();
  await spawnsAgain(world, "late");
  const agents = await world.clustr.client.call("agent.list", {});
  const dead = agents.filter(({ external, live }) => !external && !live).map(({ name: agent }) => agent);
  world.expect("I7", dead.length === 0, `taken for dead while ${who} stood still: ${dead.join(", ")}`);
}

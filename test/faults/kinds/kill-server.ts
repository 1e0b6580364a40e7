import { setTimeout as pause } from "node:timers/promises";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

export const name = "kill-server";
export const share = 6;

const KILLS = 3;

/** kill -9 of the server at random moments of a load. */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random);
  for (let kill = 0; kill < KILLS; kill++) {
    await pause(random.between(20, 1500));
    await world.kill();
    await world.restart();
  }
  await pause(300);
  await load.stop();
}

import { underLoad } from "../load.ts";
import { Points } from "../points.ts";
import type { Random } from "../random.ts";
import { touring } from "../tour.ts";
import type { World } from "../world.ts";

export const name = "kill-point";
export const share = 8;

const KILLS = 3;

/** kill -9 of the server at named points of its own code, while everything that leads there is being done. */
export async function run(world: World, random: Random): Promise<void> {
  const points = await Points.make(world);
  await world.start({ node: points.preload });
  const load = await underLoad(world, random, { pace: 10 });
  const tours = touring(world);
  for (const point of points.some(random, KILLS)) await points.die(point, random);
  await tours.stop();
  await load.stop();
}

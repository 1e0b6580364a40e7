import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import { settled, spawnsAgain } from "../settled.ts";
import type { World } from "../world.ts";

export const name = "clock";
export const share = 2;

/** An agent that rests from before the first jump on. */
const RESTING = "resting";
const HOUR = 3_600_000;
const JUMPS = { "an hour on": HOUR, "an hour back": -HOUR, "ten years on": 87_600 * HOUR, "5 s back": -5_000 };

/** The wall clock jumps: nobody is taken for dead, order stays what it is, and nothing waits for the old time to come back. */
export async function run(world: World, random: Random): Promise<void> {
  const file = join(world.folder, "offset.txt");
  const preload = new URL("../clock/preload.ts", import.meta.url);
  preload.searchParams.set("file", file);
  await world.start({ node: ["--import", preload.href] });
  const load = await underLoad(world, random, { pace: 20, agents: false });
  await spawnsAgain(world, RESTING);
  let offset = 0;
  for (let jump = 0; jump < 2; jump++) {
    await pause(random.between(300, 1_000));
    const which = random.pick(Object.keys(JUMPS) as (keyof typeof JUMPS)[]);
    offset += JUMPS[which];
    await writeFile(`${file}.new`, `${offset}`);
    await rename(`${file}.new`, file);
    world.figures.faults += 1;
    await pause(200);
    await restsStill(world, which);
  }
  await load.stop();
  await spawnsAgain(world, "late");
  const agents = await world.clustr.client.call("agent.list", {});
  const dead = agents.filter(({ external, live }) => !external && !live).map(({ name: agent }) => agent);
  world.expect("I7", dead.length === 0, `taken for dead after a jump of the clock: ${dead.join(", ")}`);
}

/** Mail that waits until its recipient rests comes to one that has rested since before the jump. */
async function restsStill(world: World, which: string): Promise<void> {
  const { client } = world.clustr;
  const sent = await client.call("message.send", { to: RESTING, content: `after ${which}`, urgency: "idle" });
  const told = async () => {
    const { deliveries } = await client.call("message.status", { id: sent.id });
    return deliveries.every(({ rung }) => rung !== "queued");
  };
  await settled(world, "run", `mail for an agent at rest is handed over after the clock went ${which}`, told, 15_000);
}

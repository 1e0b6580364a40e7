import { setTimeout as pause } from "node:timers/promises";
import { Disk } from "../disk/disk.ts";
import { underLoad } from "../load.ts";
import { watchPulse } from "../pulse.ts";
import type { Random } from "../random.ts";
import { settled, spawnsAgain } from "../settled.ts";
import type { World } from "../world.ts";

export const name = "io-error";

const TIMES = 3;
/** So many writes and syncs pass before some fail, and so many fail, at most. */
const SKIP = 60;
const FAILS = 12;

/**
 * Some writes and syncs fail with EIO under load, as on a disk that is about to go: nothing that was acknowledged is lost,
 * the server answers all the while, and once the disk works again everything can be saved without a restart by hand.
 */
export async function run(world: World, random: Random): Promise<void> {
  const disk = await Disk.under(world);
  await world.start({ env: disk.env });
  const load = await underLoad(world, random, { pace: 20 });
  world.journalsWhole = false;
  const pulse = watchPulse(world);
  for (let time = 0; time < TIMES; time++) {
    await pause(random.between(50, 600));
    await disk.fail(random.below(SKIP), 1 + random.below(FAILS));
    await pause(random.between(200, 1_500));
    await disk.mend();
    const saves = () =>
      world.clustr.client.call("context.write", { key: "after", value: `${time}` }).then(
        () => true,
        () => false,
      );
    await settled(world, "run", "something can be saved once the disk works again", saves, 5_000);
  }
  await pulse.within(1_000);
  await spawnsAgain(world, "later");
  await load.stop();
}

import { spawnSync } from "node:child_process";
import { cp, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { hasCode } from "../../../src/contract/error.ts";
import { watchPulse } from "../pulse.ts";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import { settled, spawnsAgain } from "../settled.ts";
import type { World } from "../world.ts";

export const name = "disk-full";
export const share = 2;

const SIZE = "32m";
/** Characters of one write, and how many of them fit at most into what a file of SQLite had taken before. */
const WRITE = 200_000;
const WRITES = 100;

/**
 * The disk with the data folder fills up under load and is freed again: what cannot be saved is refused with what to do,
 * reading goes on, and once there is room everything works without a restart.
 */
export async function run(world: World, random: Random): Promise<void> {
  await mkdir(world.home, { mode: 0o700 });
  const mount = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=700`, "tmpfs", world.home]);
  if (mount.status !== 0) world.skip("no small disk can be mounted here");
  world.after(async () => {
    // Worth a look, and gone with the mount.
    if (world.violations.length > 0) await cp(world.home, join(world.folder, "home-as-it-was"), { recursive: true });
    spawnSync("umount", ["--lazy", world.home]);
  });
  await world.start();
  const { pid } = world.clustr;
  const load = await underLoad(world, random, { pace: 20 });
  await pause(random.between(100, 800));
  const filler = join(world.home, "filler");
  world.after(() => rm(filler, { force: true }));
  world.journalsWhole = false;
  await fill(filler);
  world.figures.faults += 1;
  const pulse = watchPulse(world);
  await refusedForWant(world);
  await world.clustr.client.call("context.list", {});
  await pause(random.between(200, 3_000));
  await pulse.within(1_000);
  await rm(filler);
  const saves = () =>
    world.clustr.client.call("context.write", { key: "after", value: "there is room" }).then(
      () => true,
      () => false,
    );
  await settled(world, "run", "something can be saved after room was made", saves, 5_000);
  await spawnsAgain(world, "later");
  await load.stop();
  world.expect("I10", world.clustr.pid === pid && isAlive(pid), "the server did not live through it");
}

/** Writes until one is refused, and looks at what is said then. */
async function refusedForWant(world: World): Promise<void> {
  for (let i = 0; i < WRITES; i++) {
    try {
      await world.clustr.client.call("context.write", { key: "large", value: `${i}`.padEnd(WRITE) });
    } catch (error) {
      const clear = hasCode(error, "unavailable") && /full.*Free some space/s.test(error.message);
      return world.expect("run", clear, `what was said for want of room: ${String(error)}`);
    }
  }
  world.violate("run", "the disk is full, and everything can still be saved");
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, "w");
  try {
    for (const piece = Buffer.alloc(65_536); ;) await handle.write(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    await handle.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Caller } from "../caller.ts";
import { Disk } from "../disk/disk.ts";
import { killHosts } from "../host.ts";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import { spawnsAgain } from "../settled.ts";
import type { World } from "../world.ts";

export const name = "power-cut";

const CUTS = 3;
/** Chances of what was not safe to have reached the disk all the same: a write cache that is lost, and two that half worked. */
const SURVIVES = [0, 0.5, 0.95];

/**
 * The machine loses power under load: every process is gone, and of what was written only what was synced is sure to be
 * there. All that was acknowledged is, rules and snapshots too, nothing that a viewer saw is another thing now, and
 * everything works again.
 */
export async function run(world: World, random: Random): Promise<void> {
  const disk = await Disk.under(world);
  // Of a repository's objects snapshots borrow at first.
  if (random.chance(0.5)) spawnSync("git", ["init", "-q", world.project]);
  await world.start({ env: disk.env });
  const load = await underLoad(world, random);
  world.journalsWhole = false;
  const person = world.person();
  for (let cut = 0; cut < CUTS; cut++) {
    const check = await kept(world, person, cut);
    await pause(random.between(0, 1_500));
    // The server first: it would record how its agents came to their end, which nobody has time for then.
    await world.kill();
    await killHosts(world);
    const { files, unsafe, lost } = await disk.losePower(random, random.pick(SURVIVES));
    world.say(`${lost} of ${unsafe} writes to ${files} files did not survive`);
    await world.restart();
    await check();
  }
  await spawnsAgain(world, "phoenix");
  await load.stop();
}

/** Saves rules and takes a snapshot; what is returned checks that both are there, every byte of it. */
async function kept(world: World, person: Caller, cut: number): Promise<() => Promise<void>> {
  const rules = `Rules before loss of power ${cut}.`;
  await writeFile(join(world.project, `file-${cut}`), rules);
  const saved = await person.call("rules.update", { text: rules });
  const taken = await person.call("snapshot.take", { label: rules });
  const refused = [saved, taken].find(({ outcome }) => outcome !== "ok");
  world.expect("run", !refused, `could not be kept: ${refused?.failure?.message}`);
  return async () => {
    const { client, ready } = world.clustr;
    const { text } = await client.call("rules.read", {});
    world.expect("I1", text === rules, `the rules are "${text}", not "${rules}"`);
    // By its id: two that are taken at the same moment are one.
    const { id } = taken.value as { id: string };
    const snapshots = await client.call("snapshot.list", { limit: 500 });
    world.expect(
      "I1",
      snapshots.some((each) => each.id === id),
      `the snapshot ${id} is gone`,
    );
    const store = join(world.home, "workspaces", ready.workspace, "snapshots.git");
    const git = ["--git-dir", store, "rev-list", "--objects", "--missing=print", id];
    const { status, stdout, stderr } = spawnSync("git", git, { encoding: "utf8" });
    const whole = status === 0 && stdout.includes(`file-${cut}`) && !/^\?/m.test(stdout);
    world.expect("I1", whole, `the snapshot ${id} is not whole: ${stdout}${stderr}`);
  };
}

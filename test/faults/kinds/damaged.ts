import { readFile, truncate, writeFile } from "node:fs/promises";
import { copyFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

export const name = "damaged";
export const share = 2;

const DAMAGES = 3;

/**
 * A bit of a ledger flips, or its end is missing, while no server runs: the next one opens it whole, or refuses it and says
 * so, and changes nothing. Never is part of it served as all of it. Put back as it was, everything is there.
 */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { agents: false });
  await pause(500);
  await load.stop();
  const folder = join(world.home, "workspaces", world.clustr.ready.workspace);
  for (let damage = 0; damage < DAMAGES; damage++) {
    await pause(200);
    await world.clustr.kill();
    const before = world.followed.length;
    const whole = await save(folder, join(world.folder, `whole-${damage}`));
    const file = join(folder, random.chance(0.6) ? "ledger.db" : "ledger.db-wal");
    const what = await harm(file, random);
    world.figures.faults += 1;
    const refusal = await world.clustr.restart().then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (refusal === undefined) {
      const there = await world.clustr.client.call("event.list", { limit: 5_000 });
      const text = `after ${what} the server started with ${there.length} of ${before} events and said nothing`;
      world.expect("I1", there.length >= before, text);
      await world.clustr.kill();
    } else world.expect("run", /is damaged: .*Nothing was changed/s.test(refusal), `${what}: ${refusal.slice(0, 500)}`);
    await putBack(folder, whole);
    await world.restart();
  }
}

/** Flips one bit of a file or cuts it; says what it did. */
async function harm(file: string, random: Random): Promise<string> {
  const bytes = await readFile(file);
  const at = random.below(bytes.length);
  if (random.chance(0.25)) {
    await truncate(file, at);
    return `cutting ${file} at ${at} of ${bytes.length} bytes`;
  }
  const bit = random.below(8);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  await writeFile(file, bytes);
  return `flipping bit ${bit} of byte ${at} of ${file} (${bytes.length} bytes)`;
}

/** Every file of the ledger, copied. */
async function save(folder: string, to: string): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  for (const part of (await readdir(folder)).filter((each) => each.startsWith("ledger.db"))) {
    copies.set(part, `${to}-${part}`);
    await copyFile(join(folder, part), `${to}-${part}`);
  }
  return copies;
}

async function putBack(folder: string, copies: Map<string, string>): Promise<void> {
  for (const part of (await readdir(folder)).filter((each) => each.startsWith("ledger.db")))
    await rm(join(folder, part));
  for (const [part, copy] of copies) await copyFile(copy, join(folder, part));
}

import { copyFile, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { underLoad } from "../load.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

export const name = "damaged";
export const share = 2;

const DAMAGES = 3;
/** Of a home whose only copy is the damaged one, nothing may be left to mend. */
const REFUSED = /(is damaged: |nothing can be read of the ledger ).*nothing was changed/is;

/**
 * A bit of a ledger flips, or its end is missing, while no server runs: the next one opens it whole, or says that it is
 * damaged and serves nothing of it. Never is part of it served as all of it. Mended, it holds everything but as many events
 * as it says are lost; put back as it was, everything is there. The home's own ledger is mended at once where nothing is
 * lost by it, and refused otherwise.
 */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { agents: false });
  await pause(500);
  await load.stop();
  const { workspace } = world.clustr.ready;
  const ledger = join(world.home, "workspaces", workspace, "ledger.db");
  for (let damage = 0; damage < DAMAGES; damage++) {
    await pause(200);
    await world.clustr.kill();
    const before = world.followed.length;
    const file = random.chance(0.75) ? ledger : join(world.home, "home.db");
    const whole = await save(file, join(world.folder, `whole-${damage}`));
    const what = await harm(random.chance(0.6) ? file : `${file}-wal`, random);
    world.figures.faults += 1;
    const refusal = await world.clustr.restart().then(
      () => undefined,
      (error: unknown) => String(error),
    );
    if (refusal !== undefined) world.expect("run", REFUSED.test(refusal), `${what}: ${refusal.slice(0, 500)}`);
    else if (world.clustr.ready.workspace === workspace) await expectEvents(world, before, 0, what);
    else await mended(world, workspace, before, what);
    await world.clustr.kill();
    await putBack(file, whole);
    await world.restart();
  }
}

/** A workspace that was not opened is known as damaged; mended, it tells no lie about what it holds. */
async function mended(world: World, id: string, before: number, what: string): Promise<void> {
  const { client } = world.clustr;
  const known = (await client.call("workspace.recent", {})).find((each) => each.id === id);
  const told = known?.damaged === true && /is damaged/.test(known.problem ?? "");
  world.expect("run", told, `after ${what} nobody says that it is damaged: ${JSON.stringify(known)}`);
  const { lost } = await client.call("workspace.repair", { id });
  const opened = await client.call("workspace.open", { path: world.project, trust: true });
  world.expect("I1", opened.id === id, `after ${what} the folder is another workspace`);
  await expectEvents(world, before, lost, `${what} and mending it, with ${lost} events said to be lost,`, id);
}

/** At least as many events are there as a viewer saw, but for those that are said to be lost. */
async function expectEvents(world: World, before: number, lost: number, what: string, id?: string): Promise<void> {
  const client = id === undefined ? world.clustr.client : world.clustr.client.in(id);
  const there = await client.call("event.list", { limit: 5_000 });
  const text = `after ${what} the server serves ${there.length} of ${before} events`;
  world.expect("I1", there.length >= before - lost, text);
  const wrong = there.slice(0, before - lost).findIndex(({ id: event }, i) => event !== world.followed[i]?.id);
  world.expect("I1", wrong === -1, `after ${what} event ${wrong + 1} is another one`);
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

/** Every file of a ledger, copied. */
async function save(ledger: string, to: string): Promise<Map<string, string>> {
  const copies = new Map<string, string>();
  for (const file of await partsOf(ledger)) {
    copies.set(file, `${to}-${basename(file)}`);
    await copyFile(file, `${to}-${basename(file)}`);
  }
  return copies;
}

async function putBack(ledger: string, copies: Map<string, string>): Promise<void> {
  for (const file of await partsOf(ledger)) await rm(file);
  for (const [file, copy] of copies) await copyFile(copy, file);
}

async function partsOf(ledger: string): Promise<string[]> {
  const names = (await readdir(dirname(ledger), { withFileTypes: true })).filter((entry) => entry.isFile());
  return names
    .filter(({ name: each }) => each.startsWith(basename(ledger)))
    .map((each) => join(dirname(ledger), each.name));
}

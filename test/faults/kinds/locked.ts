import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { underLoad } from "../load.ts";
import { watchPulse } from "../pulse.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

export const name = "locked";
export const share = 2;

/** What another program does: it takes all of a file for itself as soon as it can, and keeps it for some time. */
const HOLD = `
  import Database from "better-sqlite3";
  const [file, ms, patience] = process.argv.slice(1);
  const db = new Database(file, { timeout: Number(patience) });
  try { db.exec("BEGIN EXCLUSIVE"); } catch (error) { console.log(error.code); process.exit(0); }
  console.log("held");
  setTimeout(() => process.exit(0), Number(ms));
`;

/**
 * Another program wants a ledger for itself. From a server that runs it never gets it, and costs it nothing. One that
 * starts meanwhile waits until it is free, and loses nothing.
 */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { pace: 20, agents: false });
  const files = {
    ledger: join(world.home, "workspaces", world.clustr.ready.workspace, "ledger.db"),
    home: join(world.home, "home.db"),
  };
  const running = random.pick([files.ledger, files.home]);
  const pulse = watchPulse(world);
  const refused = await hold(running, 1_000, 2_000);
  world.figures.faults += 1;
  world.expect("run", refused.said === "SQLITE_BUSY", `another program got ${running}: ${refused.said}`);
  await refused.gone;
  await pulse.within(1_000);

  const starting = random.pick([files.ledger, files.home, `${files.ledger}-lock`, `${files.home}-lock`]);
  await world.kill();
  const held = await hold(starting, random.between(1_000, 5_000), 5_000);
  world.expect("run", held.said === "held", `${starting} could not be taken: ${held.said}`);
  await world.restart();
  await pause(300);
  await load.stop();
  await held.gone;
}

/** Starts the other program; resolves when it has said whether it got the file. */
async function hold(file: string, ms: number, patienceMs: number): Promise<{ said: string; gone: Promise<unknown> }> {
  const args = ["--input-type=module", "-e", HOLD, file, `${Math.round(ms)}`, `${patienceMs}`];
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { said: said.toString().trim(), gone };
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { World } from "./world.ts";

/** The living terminal hosts of a world, by process id. */
export async function hostsOf(world: World): Promise<number[]> {
  const folder = join(world.home, "host");
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+\.json$/.test(name));
  const records = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8").catch(() => "{}")));
  return records
    .map((text) => (JSON.parse(text) as { pid?: number }).pid ?? 0)
    .filter((pid) => pid > 0 && isAlive(pid));
}

/** Ends the terminal host as a crash would, and with it every pseudo-terminal. */
export async function killHosts(world: World): Promise<void> {
  const hosts = await hostsOf(world);
  for (const pid of hosts) process.kill(pid, "SIGKILL");
  for (const pid of hosts) while (isAlive(pid)) await pause(5);
  world.figures.faults += 1;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readHosts } from "../../src/terminal/generation.ts";
import type { Look } from "./probe.ts";
import type { World } from "./world.ts";

const PROBE = new URL("./probe.ts", import.meta.url).href;

/** What a world is started with so that its server says how it is; `looksOf` reads it. */
export function probed(world: World): { node: string[]; env: Record<string, string> } {
  return { node: ["--expose-gc", "--import", PROBE], env: { CLUSTR_PROBE: join(world.folder, "probe.jsonl") } };
}

/** Everything the servers of a probed world have said of themselves, oldest first. */
export function looksOf(world: World): Look[] {
  const file = join(world.folder, "probe.jsonl");
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line) => (line.endsWith("}") ? [JSON.parse(line) as Look] : []));
}

/** Memory a process takes, in MB, as the system counts it. 0 when it is gone. */
export function rssOf(pid: number): number {
  return field(pid, "status", /VmRSS:\s+(\d+)/) / 1024;
}

/** Processor time a process has used, in ms, all its threads together. */
export function cpuOf(pid: number): number {
  const [user, system] = [/\) (?:\S+ ){11}(\d+)/, /\) (?:\S+ ){12}(\d+)/].map((ticks) => field(pid, "stat", ticks));
  return ((user ?? 0) + (system ?? 0)) * 10;
}

/** Files, sockets and pipes a process has open. */
export function fdsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

function field(pid: number, file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(`/proc/${pid}/${file}`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Process of the newest terminal host of a world. */
export async function hostPid(world: World): Promise<number> {
  const [newest] = await readHosts(world.home);
  if (!newest) throw new Error("There is no terminal host.");
  return newest.pid;
}

/** The most memory, in MB, that a process took between now and the call of the function returned, above what it had. */
export function watchMemory(pid: number): () => number {
  const before = rssOf(pid);
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, rssOf(pid))), 50);
  return () => {
    clearInterval(timer);
    return Math.max(most, rssOf(pid)) - before;
  };
}

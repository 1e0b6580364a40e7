import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { isMainThread } from "node:worker_threads";

/*
 * Named points in a running server, its ledger threads and its terminal host: the process that passes the armed one kills
 * itself there. Lives in the test tree only and gets in by `node --import`: the product knows nothing of it, and no
 * variable or file of an agent can bring it about. The folder is named in the query of the preload's own address.
 */

/** What is armed, in `armed.json` of the folder. */
export interface Armed {
  point: string;
  /** How often it is passed unharmed before. */
  skip: number;
}

const folder = new URL(import.meta.url).searchParams.get("folder") ?? "";
/** Whose code this is. */
const who = process.argv[1]?.replaceAll("\\", "/").includes("/terminal/host/main")
  ? "host: "
  : isMainThread
    ? ""
    : "ledger thread: ";
const passed = new Map<string, number>();
const met = new Set<string>();

/** Passes a point; does not return when it is the armed one. */
export function fire(name: string): void {
  const point = who + name;
  if (!met.has(point)) {
    met.add(point);
    appendFileSync(path.join(folder, "points.txt"), `${point}\n`);
  }
  const armed = readArmed();
  if (armed?.point !== point) return;
  const count = passed.get(point) ?? 0;
  passed.set(point, count + 1);
  if (count < armed.skip) return;
  appendFileSync(path.join(folder, "killed.txt"), `${point}\n`);
  process.kill(process.pid, "SIGKILL");
}

function readArmed(): Armed | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, "armed.json"), "utf8")) as Armed;
  } catch {
    return undefined; // Nothing is armed.
  }
}

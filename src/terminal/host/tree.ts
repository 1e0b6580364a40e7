import { setTimeout as sleep } from "node:timers/promises";
import { type Process, processes, signal, startOf, tagOf } from "./processes.ts";

/** How to recognise what was started in one or more terminals. */
export interface Tree {
  /** Recognises an environment tag. Undefined: do not look at environments (cheaper). */
  tagged?: (tag: string) => boolean;
  /** First process of each terminal. Its session counts while it lives: afterwards the number may belong to somebody else. */
  leaders: Pick<Process, "pid" | "start">[];
  /** Processes seen in the tree before, pid → start: they stay members when they leave the session and clear their environment. */
  remembered: ReadonlyMap<number, string>;
  /** A session that is known to be meant, even though its leader has just ended. */
  session?: number | undefined;
}

/** Pause between scans while killing, ms. */
const SCAN_PAUSE = 50;
/** How long the forced part may take, ms: processes stuck in the kernel do not die. */
const FORCE_LIMIT = 5_000;

/**
 * Living processes of a tree: tagged ones, the leaders' sessions, remembered ones, and all their descendants. Never the
 * host itself, and nothing by way of it.
 */
export function members(tree: Tree, among = processes()): Process[] {
  const all = among.filter((one) => one.pid !== process.pid && one.pid !== 1);
  const sessions = new Set(tree.leaders.filter((one) => startOf(one.pid) === one.start).map((one) => one.pid));
  if (tree.session !== undefined) sessions.add(tree.session);
  const found = new Set<number>();
  for (const one of all) {
    if (sessions.has(one.session) || tree.remembered.get(one.pid) === one.start) found.add(one.pid);
    else if (tree.tagged) {
      const tag = tagOf(one.pid);
      if (tag !== undefined && tree.tagged(tag)) found.add(one.pid);
    }
  }
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.add(one.pid);
  }
  return all.filter((one) => found.has(one.pid));
}

/**
 * Ends every process of a tree: SIGTERM, up to `graceMs` to leave, then all are stopped (so that none can start another),
 * looked up again and killed, until two scans find nothing. Resolves with the pids that could not be ended.
 */
export async function endTree(tree: Tree, graceMs: number): Promise<number[]> {
  const seen = new Map(tree.remembered);
  const scan = () => {
    const now = members({ ...tree, remembered: seen });
    for (const one of now) seen.set(one.pid, one.start);
    return now;
  };
  const gone = async () => {
    if (scan().length > 0) return false;
    await sleep(SCAN_PAUSE / 2); // A program in the middle of exec shows no environment.
    return scan().length === 0;
  };

  for (const one of scan()) {
    signal(one, "SIGTERM");
    signal(one, "SIGCONT"); // A stopped program would not notice.
  }
  for (const end = performance.now() + graceMs; performance.now() < end; await sleep(Math.min(SCAN_PAUSE, graceMs))) {
    if (await gone()) return [];
  }
  for (const end = performance.now() + FORCE_LIMIT; performance.now() < end; await sleep(SCAN_PAUSE / 2)) {
    for (const one of scan()) signal(one, "SIGSTOP");
    for (const one of scan()) signal(one, "SIGKILL");
    if (await gone()) return [];
  }
  return scan().map((one) => one.pid);
}

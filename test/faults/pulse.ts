import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { World } from "./world.ts";

/** A server that is asked for something small over and over. */
export interface Pulse {
  /**
   * Ends the asking, and gives the longest answer in ms. A violation of I10 when it took longer than this, or one did not come.
   */
  within(ms: number): Promise<number>;
}

/** Between two askings, ms, and for how long an answer is waited, ms. */
const EVERY_MS = 50;
const PATIENCE_MS = 20_000;

/**
 * Asks the server for something that needs no disk until `within` is called. What counts is the server's own time: without
 * that in which its thread, or the one that asks, stood in line for a processor, which tells of the machine alone.
 */
export function watchPulse(world: World): Pulse {
  let over = false;
  let longest = 0;
  const asking = (async () => {
    const { ready, token } = world.clustr;
    const headers = { authorization: `Bearer ${token}` };
    while (!over && !world.signal.aborted) {
      const signal = AbortSignal.any([AbortSignal.timeout(PATIENCE_MS), world.signal]);
      const [began, waitedBefore] = [performance.now(), waited(ready.pid)];
      const status = await fetch(`${ready.url}/api`, { headers, signal }).then(
        async (answer) => (await answer.arrayBuffer(), answer.status),
        (error: unknown) => String(error),
      );
      const took = performance.now() - began - (waited(ready.pid) - waitedBefore);
      if (!world.signal.aborted) world.expect("I10", status === 200, `GET /api was answered with ${status}`);
      longest = Math.max(longest, took);
      await pause(EVERY_MS);
    }
  })();
  // A kind that breaks off never asks for the end, and its world is gone then.
  asking.catch(() => undefined);
  return {
    async within(ms) {
      over = true;
      await asking;
      world.expect("I10", longest < ms, `GET /api took ${Math.round(longest)} ms of the server's own time`);
      return longest;
    },
  };
}

/** Milliseconds that the main thread of a process and this one have stood in line for a processor; 0 where that is not told. */
function waited(pid: number): number {
  return lineOf("/proc/self/schedstat") + lineOf(`/proc/${pid}/schedstat`);
}

function lineOf(file: string): number {
  try {
    return Number(readFileSync(file, "utf8").split(" ")[1] ?? 0) / 1e6;
  } catch {
    return 0;
  }
}

import { setTimeout as pause } from "node:timers/promises";
import type { World } from "./world.ts";

/** How long the server takes to answer somebody who asks all the time. */
export interface Lag {
  /** Ends the asking; notes a violation of I10 when an answer took longer. */
  within(ms: number): Promise<void>;
}

/** Asks for something that needs no disk, again and again. */
export function lagOf(world: World): Lag {
  let over = false;
  let longest = 0;
  const asking = (async () => {
    while (!over && !world.signal.aborted) {
      const began = performance.now();
      await fetch(`${world.clustr.ready.url}/api`, {
        headers: { authorization: `Bearer ${world.clustr.token}` },
        signal: AbortSignal.any([AbortSignal.timeout(20_000), world.signal]),
      })
        .then((answer) => answer.text())
        .catch(() => "");
      longest = Math.max(longest, performance.now() - began);
      await pause(20);
    }
  })();
  return {
    async within(ms) {
      over = true;
      await asking;
      world.expect("I10", longest < ms, `an answer took ${Math.round(longest)} ms`);
    },
  };
}

import type { Caller } from "../caller.ts";
import type { Turn } from "./turn.ts";
import type { Random } from "../random.ts";

/** Agents that may be there at once. */
const MOST = 3;
/** A child of its own, which must not outlive it. */
const TASK = JSON.stringify([{ run: "sleep 600", may_fail: true, timeout: 700 }]);

/** Starts script agents and stops them again. */
export function spawning(caller: Caller, random: Random): Turn {
  const there: string[] = [];
  let number = 0;
  return async () => {
    if (there.length < MOST && random.chance(0.4)) {
      const name = `worker-${++number}`;
      const { outcome } = await caller.call("agent.spawn", { name, service: "script", task: TASK });
      if (outcome === "ok") there.push(name);
    } else if (there.length > 0 && random.chance(0.3)) {
      await caller.call("agent.stop", { name: there.shift() });
    }
  };
}

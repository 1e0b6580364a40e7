import type { Caller } from "../caller.ts";
import type { Turn } from "./turn.ts";
import type { Random } from "../random.ts";
import type { World } from "../world.ts";

/** The key all clients fight over. */
export const SHARED = "shared";

/** Writes by compare-and-set: half of them to the one key of all, where at most one can win each revision. */
export function counting(world: World, caller: Caller, shared: { acknowledged: number }, random: Random): Turn {
  const known = new Map<string, number>();
  let written = 0;
  return async () => {
    const key = random.chance(0.5) ? SHARED : `own/${caller.name}`;
    if (key === SHARED && random.chance(0.2)) {
      const floor = shared.acknowledged;
      const read = await caller.call("context.get", { key });
      const { revision } = (read.value ?? {}) as { revision?: number };
      if (read.outcome !== "ok" || revision === undefined) return;
      known.set(key, revision);
      world.expect("I6", revision >= floor, `revision ${floor} was acknowledged, then ${revision} was read`);
      return;
    }
    const expected = known.get(key) ?? 0;
    const value = `${caller.name}/${++written}`;
    const answer = await caller.call("context.write", { key, value, expect_revision: expected });
    const details = (answer.value ?? answer.failure?.details ?? {}) as { revision?: number };
    // A key that is not there (any more) is told of without a number.
    if (answer.outcome !== "unknown") known.set(key, details.revision ?? 0);
    if (answer.outcome === "ok" && key === SHARED)
      shared.acknowledged = Math.max(shared.acknowledged, details.revision ?? 0);
  };
}

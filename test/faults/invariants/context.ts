import type { Remembered } from "../acknowledgements.ts";
import type { Story } from "../story.ts";

/**
 * I6: a key written by compare-and-set is one register. Revisions have no hole, each has one winner, an acknowledged write
 * is the revision it was told it is, and a write that was answered before another began has the smaller revision.
 */
export function contextHeld({ world, calls, events }: Story): void {
  const registers = new Map<string, string[]>();
  const writes = calls.filter(({ operation }) => operation === "context.write");
  const ours = new Set(writes.map(({ input }) => input["key"]));
  for (const event of events) {
    if (event.type !== "context.written" || !ours.has(event.data.key)) continue;
    const { key, value, revision } = event.data;
    const register = registers.get(key) ?? [];
    world.expect("I6", revision === register.length + 1, `${key} went from ${register.length} to ${revision}`);
    world.expect("I3", !register.includes(value), `${value} was written to ${key} twice`);
    register.push(value);
    registers.set(key, register);
  }
  for (const { input, outcome, answer, id } of writes) {
    const register = registers.get(String(input["key"])) ?? [];
    const place = register.indexOf(String(input["value"])) + 1;
    const what = `${String(input["value"])} (${id}) to ${String(input["key"])}`;
    if (outcome === "ok") {
      const { revision } = answer as { revision: number };
      world.expect("I1", place > 0, `the acknowledged write of ${what} is not in the ledger`);
      world.expect("I6", place === revision, `${what} was acknowledged as revision ${revision} and is ${place}`);
      const expected = (input["expect_revision"] as number | undefined) ?? revision - 1;
      world.expect("I6", revision === expected + 1, `${what} won on another revision`);
    } else if (outcome === "refused") world.expect("I6", place === 0, `${what} was refused and is in the ledger`);
  }
  inRealTime(world, writes);
}

/** What was acknowledged before another write began is older than it. */
function inRealTime(world: Story["world"], writes: Remembered[]): void {
  const done = writes
    .filter(({ outcome }) => outcome === "ok")
    .map(({ input, answer, began, ended }) => {
      return { key: String(input["key"]), revision: (answer as { revision: number }).revision, began, ended };
    });
  for (const key of new Set(done.map((each) => each.key))) {
    const ofKey = done.filter((each) => each.key === key).toSorted((a, b) => a.revision - b.revision);
    let latest = 0;
    for (const { revision, began, ended } of ofKey) {
      world.expect("I6", ended >= latest, `revision ${revision} of ${key} was answered before an older one began`);
      latest = Math.max(latest, began);
    }
  }
}

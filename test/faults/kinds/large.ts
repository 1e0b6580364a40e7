import { RULES_LIMIT } from "../../../src/contract/rules.ts";
import { VALUE_LIMIT } from "../../../src/contract/context.ts";
import { MESSAGE_LIMIT } from "../../../src/contract/message.ts";
import type { Answer, Caller } from "../caller.ts";
import { underLoad } from "../load.ts";
import { watchPulse } from "../pulse.ts";
import type { Random } from "../random.ts";
import { watchMemory } from "../vitals.ts";
import type { World } from "../world.ts";

export const name = "large";

const GROWTH_MB = 150;
/** Bytes of UTF-8 of one character that JSON writes as it is, and of one that it escapes. */
const LETTERS = ["x", "ü", "\u0001"];

/** Messages, notes and rules as large as they may be, and larger: those are refused with a reason, and nothing else happens. */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { clients: 2, pace: 10, agents: false });
  const guest = await world.join("guest");
  const person = world.person();
  const memory = watchMemory(world.clustr.pid);
  const pulse = watchPulse(world);
  let made = 0;
  for (const letter of LETTERS) {
    const filled = (bytes: number) => letter.repeat(Math.floor(bytes / Buffer.byteLength(letter)));
    for (const caller of [guest, person]) {
      for (const [operation, field, limit, rest] of [
        ["message.send", "content", MESSAGE_LIMIT, { to: "client-1" }],
        ["context.write", "value", VALUE_LIMIT, { key: `large/${caller.name}/${letter.codePointAt(0)}` }],
        ["rules.update", "text", RULES_LIMIT, {}],
      ] as const) {
        // The outside tells contents apart.
        const put = (bytes: number) => {
          const mark = `${caller.name}-${++made} `;
          return caller.call(operation, { ...rest, [field]: mark + filled(bytes - mark.length) });
        };
        // An escaped character is six in the body, which may be too large as a whole: refused it must be either way.
        const fits = letter !== "\u0001" || limit < 300_000;
        if (fits) expectTaken(world, operation, await put(limit));
        for (const bytes of [limit + 20, 4_000_000]) expectRefused(world, caller, operation, await put(bytes));
        world.figures.faults += 3;
      }
    }
  }
  const slowest = await pulse.within(1_000);
  await load.stop();
  const grown = memory();
  const read = await world.clustr.client.call("context.get", { key: "large/guest/252" });
  world.expect(
    "I1",
    Buffer.byteLength(read.value) > VALUE_LIMIT - 4,
    `a value of ${VALUE_LIMIT} bytes came back as ${read.value.length} characters`,
  );
  world.expect("large", grown < GROWTH_MB, `the server grew by ${grown.toFixed(0)} MB`);
  world.say(`the server took at most ${grown.toFixed(0)} MB more, GET /api at most ${slowest.toFixed(0)} ms`);
}

function expectTaken(world: World, operation: string, { outcome, failure }: Answer): void {
  world.expect(
    "large",
    outcome === "ok",
    `${operation} of the size that is allowed was ${outcome}: ${failure?.message ?? ""}`,
  );
}

function expectRefused(world: World, caller: Caller, operation: string, { outcome, failure }: Answer): void {
  const right = outcome === "refused" && failure?.code === "too_large" && failure.message.length > 20;
  world.expect(
    "large",
    right,
    `${caller.name}'s ${operation} beyond its limit was ${outcome}: ${JSON.stringify(failure)}`,
  );
}

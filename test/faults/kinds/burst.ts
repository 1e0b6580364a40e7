import { setTimeout as pause } from "node:timers/promises";
import { DEFAULT_LIMITS } from "../../../src/contract/workspace.ts";
import type { Caller } from "../caller.ts";
import { underLoad } from "../load.ts";
import { LISTENER } from "../load/messages.ts";
import { watchPulse } from "../pulse.ts";
import type { Random } from "../random.ts";
import { cpuOf, watchMemory } from "../vitals.ts";
import type { World } from "../world.ts";

export const name = "burst";

/** Messages of a burst: ten thousand, or as many as a short run has time for. */
const MESSAGES = process.env["CLUSTR_FULL"] === "1" ? 10_000 : 2_000;
const SENDERS = 8;
/** Calls each sender has under way at once. */
const AT_ONCE = 16;
/** Every so manieth message is for an agent that runs; the others are for senders, who do not read meanwhile. */
const TO_LISTENER = 25;
/** Numbers of messages begin here: the load before has had smaller ones. */
const FIRST = 1_000;
const GROWTH_MB = 100;
/**
 * What may pass between the ledger taking a message and its being handed over, of 99 in 100, in the midst of the burst:
 * a second, or, where the machine is busy with other things, so many times what a call takes.
 */
const HANDED_P99_MS = 1_000;
const HANDED_CALLS = 10;
/** Agents that all write as fast as they can under the limits that everybody has. */
const FLOODERS = 12;

/** Eight agents send all they have at once; then a dozen run into the limits, which hold for each of them. */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { clients: SENDERS, pace: 0.2, agents: false });
  await load.stop();
  const senders = load.clients;
  const memory = watchMemory(world.clustr.pid);
  const pulse = watchPulse(world);
  const began = performance.now();
  const cpuBefore = cpuOf(world.clustr.pid);
  const took = (await Promise.all(senders.map((sender, i) => send(sender, i, senders)))).flat();
  const seconds = (performance.now() - began) / 1_000;
  const cpu = cpuOf(world.clustr.pid) - cpuBefore;
  world.figures.faults += took.length;
  const slowest = await pulse.within(1_000);
  const grown = memory();
  world.expect("burst", grown < GROWTH_MB, `the server grew by ${grown.toFixed(0)} MB`);
  const handed = await handOvers(world);
  const p99 = quantile(handed, 0.99);
  const most = Math.max(HANDED_P99_MS, HANDED_CALLS * quantile(took, 0.99));
  world.expect("burst", p99 < most, `99 in 100 were handed over within ${p99} ms only`);
  world.say(
    `${took.length} messages in ${seconds.toFixed(1)} s (${(cpu / took.length).toFixed(1)} ms of the server's processor each); a call p50 ${quantile(took, 0.5).toFixed(0)}, p99 ${quantile(took, 0.99).toFixed(0)} ms; ` +
      `handed over (${handed.length}) p50 ${quantile(handed, 0.5)}, p99 ${p99} ms; GET /api at most ${slowest.toFixed(0)} ms; ${grown.toFixed(0)} MB more`,
  );
  await flood(world);
}

/** Everything one sender has; how long each call took, ms. */
async function send(sender: Caller, place: number, senders: readonly Caller[]): Promise<number[]> {
  const took: number[] = [];
  const numbers = new Map<string, number>();
  const listened = Math.ceil(MESSAGES / SENDERS / TO_LISTENER);
  const count = Math.ceil(MESSAGES / SENDERS) - listened;
  let next = 0;
  const one = async (to: string): Promise<void> => {
    for (; next < count;) {
      next++;
      const number = (numbers.get(to) ?? FIRST) + 1;
      numbers.set(to, number);
      const began = performance.now();
      await sender.call("message.send", { to, content: `${sender.name}>${to}#${number}` });
      took.push(performance.now() - began);
    }
  };
  // What one has sent to another comes in that order only if it waits for each: so one line for each recipient.
  const others = Array.from({ length: AT_ONCE }, (_, i) => senders[(place + 1 + i) % senders.length]?.name ?? "");
  const lines = [...new Set(others.filter((to) => to !== sender.name))].map(one);
  await Promise.all([...lines, listen(sender, listened, took)]);
  return took;
}

async function listen(sender: Caller, count: number, took: number[]): Promise<void> {
  for (let number = FIRST; number < FIRST + count; number++) {
    const began = performance.now();
    await sender.call("message.send", { to: LISTENER, content: `${sender.name}>${LISTENER}#${number}` });
    took.push(performance.now() - began);
  }
}

/** Milliseconds from the ledger's taking each message for the listener to its being handed over, once all have been. */
async function handOvers(world: World): Promise<number[]> {
  const { client } = world.clustr;
  const sent = new Map<string, number>();
  for (let after = 0; ;) {
    const page = await client.call("event.list", { type: "message.sent", after, limit: 5_000 });
    for (const { data, at } of page) if (data["to"] === LISTENER) sent.set(String(data["id"]), Date.parse(at));
    if (page.length === 0) break;
    after = page.at(-1)?.seq ?? 0;
  }
  for (const end = performance.now() + 30_000; ; await pause(100)) {
    const times: number[] = [];
    for (let after = 0; ;) {
      const page = await client.call("event.list", { type: "message.handed", after, limit: 5_000 });
      for (const { data, at } of page)
        for (const id of data["ids"] as string[]) times.push(Date.parse(at) - (sent.get(id) ?? Date.parse(at)));
      if (page.length === 0) break;
      after = page.at(-1)?.seq ?? 0;
    }
    if (times.length >= sent.size || performance.now() > end) return times;
  }
}

/** With the limits that everybody has, each agent's messages beyond them are refused, and the refusal says why. */
async function flood(world: World): Promise<void> {
  const { messages_per_minute: limit } = DEFAULT_LIMITS;
  await world.clustr.client.call("limits.set", { messages_per_minute: limit });
  const names = Array.from({ length: FLOODERS }, (_, i) => `flooder-${i + 1}`);
  const flooders = await Promise.all(names.map((each) => world.join(each)));
  const began = performance.now();
  const sent = await Promise.all(
    flooders.map(async (flooder) => {
      let accepted = 0;
      for (let number = 1; number <= limit + 20; number++) {
        const answer = await flooder.call("message.send", { to: "human", content: `${flooder.name}>human#${number}` });
        if (answer.outcome === "ok") accepted++;
        else if (answer.failure?.code !== "limited" || !/within a minute/.test(answer.failure.message))
          world.violate("burst", `beyond the limit ${flooder.name} was told ${JSON.stringify(answer)}`);
      }
      return accepted;
    }),
  );
  const minutes = (performance.now() - began) / 60_000;
  const most = limit * Math.ceil(minutes) + 1;
  const wrong = sent.filter((accepted) => accepted < limit || accepted > most);
  world.expect("burst", wrong.length === 0, `with ${limit} messages a minute allowed, agents sent ${sent.join(", ")}`);
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

import { expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import { agentCaller, type Caller } from "./caller.ts";

const FEW = 500;
const MANY = 8_000;
/** Messages of one measurement; the cheapest of several counts: whatever else the machine does only adds to it. */
const BATCH = 200;
const MEASUREMENTS = 5;
/** Every so manieth message is for the agent that takes its mail. */
const TO_LISTENER = 25;

/** Somebody who was started elsewhere, and does not read. */
async function joined(d: Desk, name: string): Promise<Caller> {
  await d.ask("token.create", { name });
  const [id = ""] = Object.keys(d.workspace.view().invites).filter((each) => !d.workspace.view().agents[each]);
  const caller = agentCaller("w1", id, name);
  await d.ask("agent.register", {}, caller);
  return caller;
}

it("a message costs the same with thousands before it that nobody has read", { timeout: 60_000 }, async () => {
  await using d = await desk();
  Object.assign(d.limits, { messages_per_minute: 6_000, unread_messages: 10_000 });
  await d.spawn("listener");
  d.puppet.deliver = async (name, parcels) => {
    void d.puppet.link(name).report({ type: "seen", messages: parcels.map(({ id }) => id) });
    return { channel: "hand" };
  };
  const senders: Caller[] = [];
  for (const name of ["ada", "bo", "cy", "di", "ed", "fi", "gus", "hal"]) senders.push(await joined(d, name));
  let sent = 0;
  const send = async (count: number): Promise<void> => {
    const calls = Array.from({ length: count }, () => {
      const from = sent++ % senders.length;
      const to = sent % TO_LISTENER === 0 ? undefined : senders[(from + 1 + (sent % 7)) % senders.length];
      const name = to?.actor.kind === "agent" ? to.actor.name : "listener";
      return d.ask("message.send", { to: name, content: `number ${sent}` }, senders[from]);
    });
    await Promise.all(calls);
  };
  /** Microseconds of the processor that one message costs. */
  const cost = async (): Promise<number> => {
    const costs: number[] = [];
    for (let i = 0; i < MEASUREMENTS; i++) {
      const before = process.cpuUsage();
      await send(BATCH);
      const { user, system } = process.cpuUsage(before);
      costs.push((user + system) / BATCH);
    }
    return Math.min(...costs);
  };

  await send(FEW);
  const few = await cost();
  while (sent < MANY) await send(BATCH);
  const many = await cost();
  console.log(`a message: ${few.toFixed(0)} µs after ${FEW}, ${many.toFixed(0)} µs after ${MANY}`);
  expect(many).toBeLessThan(2 * few);
  const last = await d.ask("message.send", { to: "listener", content: "the last" }, senders[0]);
  await expect
    .poll(async () => (await d.ask("message.status", { id: last.id })).counts, { timeout: 10_000 })
    .toEqual({ seen: 1 });
});

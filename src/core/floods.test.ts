import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import type { Caller } from "./caller.ts";

const LIMIT = 6;

// Only the clock is the test's: timers run as they do.
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** Agents in a ring, each at work. */
async function ring(d: Desk, ...names: string[]): Promise<Map<string, Caller>> {
  d.limits.exchange_length = LIMIT;
  const callers = new Map<string, Caller>();
  for (const name of names) {
    callers.set(name, await d.spawn(name));
    await d.puppet.link(name).report({ type: "working" });
  }
  return callers;
}

/** Sends to an agent and lets its model see it, as a turn of its tool would. */
async function tell(d: Desk, to: string, from?: Caller): Promise<void> {
  const { id } = await d.ask("message.send", { to, content: "and you?" }, from);
  await d.puppet.link(to).report({ type: "seen", messages: [id] });
}

/** Each agent tells the next one, round and round, until one is refused. Gives how many messages went through. */
async function roundAndRound(d: Desk, agents: Map<string, Caller>, start = 0, most = 50): Promise<number> {
  const names = [...agents.keys()];
  for (let sent = 0; sent < most; sent++) {
    const from = agents.get(names[(start + sent) % names.length] ?? "");
    try {
      await tell(d, names[(start + sent + 1) % names.length] ?? "", from);
    } catch (error) {
      expect(error).toMatchObject({ code: "limited", message: expect.stringContaining("human") as string });
      return sent;
    }
  }
  return most;
}

it.each([[["ada", "bo"]], [["ada", "bo", "cy"]]])(
  "%j that answer one another are stopped at the limit",
  async (names) => {
    await using d = await desk();
    const agents = await ring(d, ...names);
    expect(await roundAndRound(d, agents)).toBe(LIMIT);
    expect(await d.ask("message.list", {})).toHaveLength(LIMIT);
  },
);

it("a message of the person begins anew", async () => {
  await using d = await desk();
  const agents = await ring(d, "ada", "bo");
  await roundAndRound(d, agents);
  await tell(d, "ada");
  expect(await roundAndRound(d, agents)).toBe(LIMIT);
});

it("so does a pause in which something is done", async () => {
  await using d = await desk();
  const agents = await ring(d, "ada", "bo");
  await roundAndRound(d, agents);
  vi.setSystemTime(Date.now() + 59_000);
  expect(await roundAndRound(d, agents)).toBe(0);
  vi.setSystemTime(Date.now() + 2_000);
  expect(await roundAndRound(d, agents)).toBe(LIMIT);
});

it("one that reports to the same colleague without being answered is not in a loop", async () => {
  await using d = await desk();
  const agents = await ring(d, "ada", "bo");
  for (let count = 0; count < 3 * LIMIT; count++) await tell(d, "bo", agents.get("ada"));
  expect(await d.ask("message.list", {})).toHaveLength(3 * LIMIT);
});

it("the messages a minute of each agent are counted, however many others write as fast as they may", async () => {
  await using d = await desk();
  d.limits.live_agents = 20;
  const names = Array.from("abcdefghijkl", (letter) => `agent-${letter}`);
  const callers = await Promise.all(names.map((name) => d.spawn(name)));
  const most = d.limits.messages_per_minute;
  for (let i = 0; i < most; i++) {
    vi.advanceTimersByTime(700);
    for (const caller of callers) await d.ask("message.send", { to: "human", content: `${i}` }, caller);
  }
  for (const caller of callers)
    await expect(d.ask("message.send", { to: "human", content: "more" }, caller)).rejects.toMatchObject({
      code: "limited",
      message: expect.stringContaining(`${most} messages within a minute`) as string,
    });
});

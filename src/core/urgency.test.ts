import { describe, expect, it, vi } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import { listOf } from "../contract/mail.ts";
import type { Urgency } from "../contract/message.ts";
import type { Caller } from "./caller.ts";

/** What has become of a message for the only recipient it has. */
function delivery(d: Desk, id: string) {
  const { deliveries } = listOf(d.workspace.view().messages).find((message) => message.id === id) ?? {};
  return Object.values(deliveries ?? {})[0];
}

async function working(d: Desk, name: string): Promise<Caller> {
  const caller = await d.spawn(name);
  await d.puppet.link(name).report({ type: "working" });
  return caller;
}

async function send(d: Desk, to: string, content: string, urgency?: Urgency, from?: Caller): Promise<string> {
  return (await d.ask("message.send", { to, content, ...(urgency ? { urgency } : {}) }, from)).id;
}

describe("the urgency of a message", () => {
  it("now: goes between two tool calls of a working agent", async () => {
    await using d = await desk();
    await working(d, "ada");
    const id = await send(d, "ada", "hello");
    await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
  });

  it("turn-end: waits and says so, passes tool boundaries, and goes before the agent rests", async () => {
    await using d = await desk();
    await working(d, "ada");
    const id = await send(d, "ada", "when you are through", "turn-end");
    await expect
      .poll(() => delivery(d, id))
      .toMatchObject({ rung: "queued", why: expect.stringContaining("it is working") as string });
    expect(await d.puppet.link("ada").takeParcels("r1", "hook")).toEqual([]);
    expect(await d.puppet.link("ada").takeParcels("r2", "hook", "turn-end")).toMatchObject([{ id }]);
    expect(delivery(d, id)).toMatchObject({ rung: "handed", channel: "hook" });
    expect(d.puppet.handed).toEqual([]);
  });

  it("turn-end: goes at once to an agent whose turn has ended without asking for it", async () => {
    await using d = await desk();
    await working(d, "ada");
    const id = await send(d, "ada", "when you are through", "turn-end");
    await d.puppet.link("ada").report({ type: "idle" });
    await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
  });

  it("idle: goes, though the clock was set back by an hour since the agent came to rest", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    try {
      await using d = await desk();
      await working(d, "ada");
      await d.puppet.link("ada").report({ type: "idle" });
      vi.setSystemTime(Date.now() - 3_600_000);
      const id = await send(d, "ada", "for later", "idle");
      await expect.poll(() => delivery(d, id)?.rung, { timeout: 5_000 }).toBe("handed");
    } finally {
      vi.useRealTimers();
    }
  });

  it("idle: does not prolong a turn, and goes once the agent has rested for a moment", async () => {
    await using d = await desk();
    await working(d, "ada");
    const id = await send(d, "ada", "for later", "idle");
    expect(await d.puppet.link("ada").takeParcels("r1", "hook", "turn-end")).toEqual([]);
    await d.puppet.link("ada").report({ type: "idle" });
    await d.puppet.link("ada").report({ type: "working" });
    expect(delivery(d, id)?.rung).toBe("queued");
    await d.puppet.link("ada").report({ type: "idle" });
    expect(delivery(d, id)?.rung).toBe("queued");
    await expect.poll(() => delivery(d, id)?.rung, { timeout: 5_000 }).toBe("handed");
  });

  it("interrupt: stops the turn once, then goes; a resting agent is not stopped", async () => {
    await using d = await desk();
    await working(d, "ada");
    const id = await send(d, "ada", "stop, look at this", "interrupt");
    await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
    expect(d.puppet.interrupted).toEqual(["ada"]);
    expect(d.puppet.handed).toMatchObject([{ agent: "ada", parcels: [{ id }] }]);
    const second = await send(d, "ada", "and at this", "interrupt");
    await expect.poll(() => delivery(d, second)?.rung).toBe("handed");
    expect(d.puppet.interrupted).toEqual(["ada"]);
  });
});

describe("a tool that forgot its conversation", () => {
  it("drops what was seen, says why, and is handed again what was on its way; what was read stays read", async () => {
    await using d = await desk();
    const ada = await working(d, "ada");
    const [read, seen, handed] = [await send(d, "ada", "1"), await send(d, "ada", "2"), await send(d, "ada", "3")];
    for (const id of [read, seen, handed]) await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
    await d.puppet.link("ada").report({ type: "seen", messages: [seen] });
    await d.ask("message.inbox", { id: read }, ada);
    d.puppet.handed.length = 0;
    await d.puppet.link("ada").report({ type: "forgot", why: "its conversation was cleared" });
    await expect.poll(() => d.puppet.handed).toMatchObject([{ parcels: [{ id: handed }] }]);
    expect(delivery(d, seen)).toMatchObject({ rung: "dropped", why: "its conversation was cleared" });
    expect(delivery(d, read)?.rung).toBe("read");
    await expect.poll(() => delivery(d, handed)?.rung).toBe("handed");
    await d.puppet.link("ada").report({ type: "seen", messages: [handed] });
    expect(delivery(d, handed)?.rung).toBe("seen");
  });

  it("in part, drops only that part", async () => {
    await using d = await desk();
    await working(d, "ada");
    const [kept, lost, handed] = [await send(d, "ada", "1"), await send(d, "ada", "2"), await send(d, "ada", "3")];
    for (const id of [kept, lost, handed]) await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
    const { report } = d.puppet.link("ada");
    await report({ type: "seen", messages: [kept, lost] });
    await report({ type: "forgot", why: "its conversation was rewound", messages: [lost] });
    expect([kept, lost, handed].map((id) => delivery(d, id)?.rung)).toEqual(["seen", "dropped", "handed"]);
  });
});

describe("a message is answered", () => {
  it("when its recipient writes back to its sender after it was seen, or names it", async () => {
    await using d = await desk();
    const ada = await working(d, "ada");
    const [first, second] = [await send(d, "ada", "one"), await send(d, "ada", "two")];
    await expect.poll(() => delivery(d, second)?.rung).toBe("handed");
    await d.puppet.link("ada").report({ type: "seen", messages: [first] });
    await send(d, "human", "got one", undefined, ada);
    expect(delivery(d, first)?.rung).toBe("answered");
    expect(delivery(d, second)?.rung).toBe("handed");
    await d.puppet.link("ada").report({ type: "seen", messages: [second] });
    await d.ask("message.send", { to: "human", content: "and two", reply_to: second }, ada);
    expect(delivery(d, second)?.rung).toBe("answered");
  });

  it("not by a message to somebody else", async () => {
    await using d = await desk();
    const ada = await working(d, "ada");
    await working(d, "bo");
    const id = await send(d, "ada", "one");
    await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
    await d.puppet.link("ada").report({ type: "seen", messages: [id] });
    await send(d, "bo", "look", undefined, ada);
    expect(delivery(d, id)?.rung).toBe("seen");
  });
});

describe("what has become of a message", () => {
  it("is told to its sender, its recipients and the person, and to nobody else", async () => {
    await using d = await desk();
    const [ada, bo, cy] = [await working(d, "ada"), await working(d, "bo"), await working(d, "cy")];
    const id = await send(d, "bo", "between us", undefined, ada);
    await expect.poll(() => delivery(d, id)?.rung).toBe("handed");
    for (const caller of [ada, bo, undefined])
      expect(await d.ask("message.status", { id }, caller)).toMatchObject({
        ...{ id, to: "bo", urgency: "now", counts: { handed: 1 } },
        deliveries: [{ to: "bo", rung: "handed", channel: "hand" }],
      });
    await expect(d.ask("message.status", { id }, cy)).rejects.toMatchObject({ code: "not_found" });
    await expect(d.ask("message.status", { id: "m-none" }, ada)).rejects.toMatchObject({ code: "not_found" });
  });

  it("counts the recipients of a broadcast on each rung", async () => {
    await using d = await desk();
    await working(d, "ada");
    await working(d, "bo");
    await working(d, "cy");
    d.puppet.deliver = async (agent) => (agent === "cy" ? { later: "a dialog is open" } : { channel: "hand" });
    const id = await send(d, "all", "hi");
    await expect.poll(async () => (await d.ask("message.status", { id })).counts).toEqual({ handed: 2, queued: 1 });
    await d.puppet.link("bo").report({ type: "seen", messages: [id] });
    const { counts, deliveries } = await d.ask("message.status", { id });
    expect(counts).toEqual({ handed: 1, seen: 1, queued: 1 });
    expect(deliveries.find(({ to }) => to === "cy")).toMatchObject({ why: "a dialog is open" });
  });
});

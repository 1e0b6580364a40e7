import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import type { Fact } from "../contract/event.ts";
import { listOf } from "../contract/mail.ts";
import { memoryLedger } from "../ledger/memory.ts";

const settled = (ms = 50): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const handed = (d: Desk): string[] => d.puppet.handed.flatMap(({ parcels }) => parcels.map(({ id }) => id));
const rung = (d: Desk, id: string): string | undefined =>
  Object.values(listOf(d.workspace.view().messages).find((message) => message.id === id)?.deliveries ?? {})[0]?.rung;

describe("delivery", () => {
  it("hands to a restarted agent what its last run was given but never saw", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await d.ask("message.send", { to: "ada", content: "one" });
    await expect.poll(() => rung(d, id)).toBe("handed");
    await d.ask("agent.restart", { name: "ada" });
    await expect.poll(() => handed(d)).toEqual([id, id]);
  });

  it("leaves waiting what a run took while it was being replaced", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const taken = Promise.withResolvers<{ channel: string }>();
    d.puppet.deliver = () => taken.promise;
    const { id } = await d.ask("message.send", { to: "ada", content: "one" });
    await settled();
    d.puppet.deliver = async () => ({ channel: "second" });
    await d.ask("agent.restart", { name: "ada" });
    await expect.poll(() => d.puppet.link("ada").agent.run).toBe(2);
    taken.resolve({ channel: "first" });
    await expect
      .poll(() => Object.values(listOf(d.workspace.view().messages)[0]?.deliveries ?? {})[0])
      .toMatchObject({ rung: "handed", channel: "second" });
    expect(rung(d, id)).toBe("handed");
  });

  it("gives a run that is being replaced no more parcels", async () => {
    await using d = await desk();
    await d.spawn("ada");
    d.puppet.deliver = async () => ({ later: "busy" });
    const old = d.puppet.link("ada");
    await d.ask("message.send", { to: "ada", content: "one" });
    await d.ask("agent.restart", { name: "ada" });
    expect(await old.takeParcels("late", "hook")).toEqual([]);
  });

  it("lets no message overtake an earlier one of its sender by another side", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const bo = await d.spawn("bo");
    const cy = await d.spawn("cy");
    const link = d.puppet.link("ada");
    const taken = async (request: string): Promise<string[]> =>
      (await link.takeParcels(request, "hook")).map(({ text }) => /\n(.*)\n/.exec(text)?.[1] ?? "");
    const { id } = await d.ask("message.send", { to: "ada", content: "bo 1" }, bo);
    await expect.poll(() => rung(d, id)).toBe("handed");
    await link.report({ type: "working" });
    d.puppet.deliver = async () => ({ later: "it is working" });
    await d.ask("message.send", { to: "ada", content: "bo 2" }, bo);
    await d.ask("message.send", { to: "ada", content: "cy 1" }, cy);
    await settled();
    // What the session was given may still wait in its queue: only another sender's mail goes by a hook.
    expect(await taken("r1")).toEqual(["cy 1"]);
    await link.report({ type: "seen", messages: [id] });
    expect(await taken("r2")).toEqual(["bo 2"]);
    // And the other way round: what a hook carried comes first, also before what the next hook could carry.
    await d.ask("message.send", { to: "ada", content: "bo 3" }, bo);
    expect(await taken("r3")).toEqual([]);
    d.puppet.deliver = async () => ({ channel: "hand" });
    await link.report({ type: "idle" });
    await settled();
    expect(handed(d)).toEqual([id]);
    const second = listOf(d.workspace.view().messages).find(({ content }) => content === "bo 2")?.id ?? "";
    await link.report({ type: "seen", messages: [second] });
    await expect.poll(() => handed(d)).toHaveLength(2);
  });

  it("hands a message over once even when the ledger cannot take note of it for a while", async () => {
    const real = memoryLedger<Fact>();
    let full = false;
    const append: typeof real.append = (entry, last) =>
      full && entry.type === "message.handed"
        ? Promise.resolve({ outcome: "unavailable", cause: new Error("disk full") })
        : real.append(entry, last);
    await using d = await desk({ ...real, append });
    await d.spawn("ada");
    full = true;
    const { id } = await d.ask("message.send", { to: "ada", content: "one" });
    await settled();
    await d.puppet.link("ada").report({ type: "working" });
    await d.puppet.link("ada").report({ type: "idle" });
    await settled();
    full = false;
    await expect.poll(() => rung(d, id), { timeout: 3_000 }).toBe("handed");
    expect(handed(d)).toEqual([id]);
  });

  it("gives hooks nothing before an adopted conversation has said what it holds", async () => {
    await using d = await desk();
    await d.spawn("ada");
    d.puppet.deliver = async () => ({ later: "not yet" });
    const { id } = await d.ask("message.send", { to: "ada", content: "one" });
    const answer = Promise.withResolvers<string[]>();
    d.puppet.knows = () => answer.promise;
    await d.reopen();
    const agent = d.puppet.link("ada").agent.id;
    const hook = { requestId: "h", name: "x", body: {}, signal: AbortSignal.timeout(500) };
    expect(await d.workspace.hook(agent, hook)).toEqual({ parcels: [] });
    answer.resolve([id]);
    await expect.poll(() => rung(d, id)).toBe("seen");
  });

  it("forgets a session that was closed while it was asked what it holds", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const answer = Promise.withResolvers<string[]>();
    d.puppet.deliver = async () => ({ later: "not yet" });
    await d.ask("message.send", { to: "ada", content: "one" });
    d.puppet.knows = () => answer.promise;
    await d.reopen();
    await d.ask("agent.stop", { name: "ada" });
    let asked = 0;
    d.puppet.deliver = async () => ({ channel: `${++asked}` });
    answer.resolve([]);
    await settled();
    expect(asked).toBe(0);
  });
});

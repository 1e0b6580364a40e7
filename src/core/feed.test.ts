import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import { listOf } from "../contract/mail.ts";
import type { Caller } from "./caller.ts";

async function say(d: Desk, to: string, content: string, from?: Caller) {
  return d.ask("message.send", { to, content }, from);
}

describe("searching messages", () => {
  it("pages through all there ever were, without gap or repeat", async () => {
    await using d = await desk();
    d.limits.unread_messages = 10_000;
    await d.spawn("ada");
    for (let i = 0; i < 730; i++) await say(d, "ada", `number ${i}`);
    expect(listOf(d.workspace.view().messages).length).toBeLessThan(731);
    const seen: string[] = [];
    let before: number | undefined;
    do {
      const page = await d.ask("message.search", { before, limit: 100 });
      seen.unshift(...page.messages.map(({ content }) => content));
      before = page.next;
    } while (before !== undefined);
    expect(seen).toEqual(Array.from({ length: 730 }, (_, i) => `number ${i}`));
  });

  it("by words, agent and rung", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.spawn("bo");
    await say(d, "bo", "The Parser is frozen", ada);
    await say(d, "human", "May I touch the parser?", ada);
    await say(d, "bo", "unrelated");
    const found = async (input: Parameters<typeof d.ask<"message.search">>[1]) =>
      (await d.ask("message.search", input)).messages.map(({ from, to }) => `${from} > ${to}`);
    expect(await found({ query: "parser" })).toEqual(["ada > bo", "ada > human"]);
    expect(await found({ query: "the frozen" })).toEqual(["ada > bo"]);
    expect(await found({ query: "parser", agent: "human" })).toEqual(["ada > human"]);
    expect(await found({ agent: "bo" })).toEqual(["ada > bo", "human > bo"]);
    expect(await found({ rung: "read" })).toEqual([]);
    await d.ask("message.inbox", {});
    expect(await found({ rung: "read" })).toEqual(["ada > human"]);
    await expect(d.ask("message.search", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("cuts long ones, which can be had in full one at a time", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { seq } = await say(d, "ada", `${"x".repeat(500_000)} needle`);
    const [found] = (await d.ask("message.search", { query: "needle" })).messages;
    expect(found).toMatchObject({ seq, size: 500_007 });
    expect(found?.content.length).toBeLessThan(10_000);
    expect((await d.ask("message.get", { seq })).content).toHaveLength(500_007);
    await expect(d.ask("message.get", { seq: 999 })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("what the person has read", () => {
  it("is remembered, never goes back, and needs no answer", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    const first = await say(d, "human", "one", ada);
    const second = await say(d, "human", "two", ada);
    expect(await d.ask("message.mark", { up_to: first.seq })).toEqual({ up_to: first.seq, unread: 1 });
    expect(await d.ask("message.mark", { up_to: 0 })).toEqual({ up_to: first.seq, unread: 1 });
    await d.reopen();
    expect(d.workspace.view().read_up_to).toBe(first.seq);
    const ladder = listOf(d.workspace.view().messages).map(({ deliveries }) => deliveries["human"]?.rung);
    expect(ladder).toEqual(["read", "handed"]);
    const marked = await d.ask("message.mark", { up_to: 1_000_000 });
    expect(marked.unread).toBe(0);
    expect(marked.up_to).toBeGreaterThanOrEqual(second.seq);
    expect(marked.up_to).toBeLessThan(1_000_000);
    await expect(d.ask("message.mark", { up_to: 5 }, ada)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("looking back through the ledger", () => {
  it("gives the latest page first, each in order, until the beginning", async () => {
    await using d = await desk();
    for (let i = 0; i < 60; i++) await d.ask("context.write", { key: `k${i % 7}`, value: `${i}` });
    const all = await d.ask("event.list", { limit: 5000 });
    const seen: number[] = [];
    let before: number | undefined;
    do {
      const page = await d.ask("event.search", { before, limit: 13 });
      seen.unshift(...page.events.map(({ seq }) => seq));
      before = page.next;
    } while (before !== undefined);
    expect(seen).toEqual(all.map(({ seq }) => seq));
  });

  it("by kind and by agent, also one whose record was deleted", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.spawn("bo");
    await d.ask("context.write", { key: "k", value: "v" }, ada);
    await say(d, "ada", "hello");
    await say(d, "bo", "hello");
    await d.ask("agent.stop", { name: "ada" });
    await d.ask("agent.remove", { name: "ada" });
    const types = async (input: Parameters<typeof d.ask<"event.search">>[1]) =>
      (await d.ask("event.search", { limit: 500, ...input })).events.map(({ type }) => type);
    const about = await types({ agent: "ada" });
    for (const type of ["agent.spawned", "context.written", "message.sent", "agent.stop_requested", "agent.removed"])
      expect(about).toContain(type);
    expect(about.filter((type) => type === "message.sent")).toHaveLength(1);
    expect(await types({ agent: "ada", kinds: "context,agent.removed" })).toEqual(["context.written", "agent.removed"]);
    expect(await types({ agent: "human", kinds: "message" })).toHaveLength(2);
    expect(await types({ agent: "nobody" })).toEqual([]);
    await expect(d.ask("event.search", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("cuts long texts", async () => {
    await using d = await desk();
    await d.ask("context.write", { key: "k", value: "x".repeat(250_000) });
    const { events } = await d.ask("event.search", { kinds: "context" });
    expect(JSON.stringify(events).length).toBeLessThan(5_000);
  });
});

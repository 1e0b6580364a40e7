import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import type { Attention } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import { agentCaller } from "./caller.ts";
import type { Asked } from "./ports/service.ts";

const PERMISSION: Asked = {
  ...{ kind: "permission", title: "Run npm test?", detail: "npm test", key: "k1" },
  answers: ["allow", "always", "deny"],
};
const QUESTION: Asked = {
  ...{ kind: "question", title: "Which colour?", key: "k2", answers: ["option", "text"] },
  options: [{ label: "green" }, { label: "blue" }],
};
const SEVERAL = {
  ...QUESTION,
  several: true,
  options: [{ label: "green" }, { label: "blue" }, { label: "red, dark" }],
};

/** Lets an agent ask, and gives the item as the person sees it. */
async function asks(d: Desk, agent: string, item: Asked): Promise<Attention> {
  await d.puppet.link(agent).report({ type: "working" });
  await d.puppet.link(agent).report({ type: "attention", item });
  const [found] = await d.ask("attention.list", {});
  if (!found) throw new Error(`${agent} asks for nothing.`);
  return found;
}

describe("an item put aside", () => {
  const held = async (d: Desk) => {
    await d.spawn("ada");
    return asks(d, "ada", PERMISSION);
  };
  const snoozed = async (d: Desk) => (await d.ask("attention.list", {})).map((item) => item.snoozed);

  it("stays open, says until when, can be answered, and is back when somebody wakes it", async () => {
    await using d = await desk();
    const { id } = await held(d);
    const before = Date.now();
    const { snoozed: until } = await d.ask("attention.snooze", { id, minutes: 10 });
    expect(Date.parse(until ?? "") - before).toBeGreaterThanOrEqual(600_000);
    expect(Date.parse(until ?? "") - Date.now()).toBeLessThanOrEqual(600_000);
    expect(await d.ask("attention.wake", { id })).not.toHaveProperty("snoozed", until);
    expect(await snoozed(d)).toEqual([undefined]);
    await expect(d.ask("attention.wake", { id })).rejects.toMatchObject({ code: "conflict" });
    await d.ask("attention.snooze", { id });
    await d.ask("attention.answer", { id, answer: "allow" });
    expect(d.puppet.answered).toHaveLength(1);
    await expect(d.ask("attention.snooze", { id })).rejects.toMatchObject({ code: "conflict" });
    await expect(d.ask("attention.snooze", { id: "q0" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("is back by itself when its time has come, also when no server ran then", async () => {
    await using d = await desk();
    const { id } = await held(d);
    const agent = d.puppet.link("ada").agent.id;
    const aside = (ms: number) =>
      d.ledger.append({
        ...{ type: "attention.snoozed", data: { agent, item: id, until: new Date(Date.now() + ms).toISOString() } },
        ...{ id: `aside ${ms}`, actor: { kind: "human" }, subject: `attention/${id}` },
      });
    await aside(150);
    await expect.poll(() => snoozed(d)).not.toEqual([undefined]);
    await expect.poll(() => snoozed(d)).toEqual([undefined]);
    await aside(400);
    await d.workspace.close();
    await new Promise((resolve) => setTimeout(resolve, 450));
    await d.reopen();
    await expect.poll(() => snoozed(d)).toEqual([undefined]);
  });

  it("is back as soon as its agent does something new, and not when another one does", async () => {
    await using d = await desk();
    const { id } = await held(d);
    const bo = await d.spawn("bo");
    const ada = agentCaller("w1", d.puppet.link("ada").agent.id, "ada");
    await d.ask("attention.snooze", { id });
    await d.ask("agent.report", { working_on: "tests" }, bo);
    expect(await snoozed(d)).toEqual(["news"]);
    await d.ask("agent.report", { working_on: "docs, meanwhile" }, ada);
    await expect.poll(() => snoozed(d)).toEqual([undefined]);
  });

  it("gives way to what its agent asks next, which waits as usual", async () => {
    await using d = await desk();
    const { id } = await held(d);
    await d.ask("attention.snooze", { id });
    const next = await asks(d, "ada", QUESTION);
    expect(next.id).not.toBe(id);
    expect(next.snoozed).toBeUndefined();
  });

  it("waits for the person again when an answer to it had no effect", async () => {
    await using d = await desk();
    const { id } = await held(d);
    await d.ask("attention.snooze", { id });
    d.puppet.effect = () => Promise.reject(new ClustrError("conflict", "somebody was faster"));
    await expect(d.ask("attention.answer", { id, answer: "allow" })).rejects.toMatchObject({ code: "conflict" });
    expect(await snoozed(d)).toEqual([undefined]);
  });
});

describe("what was answered", () => {
  it("is listed with what it was, who answered, how, and whether that had an effect", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const asked = await asks(d, "ada", PERMISSION);
    d.puppet.effect = () => Promise.reject(new ClustrError("conflict", "somebody was faster"));
    await d.ask("attention.answer", { id: asked.id, answer: "allow" }).catch(() => undefined);
    d.puppet.effect = (agent) => d.puppet.link(agent).report({ type: "resolved" });
    await d.ask("attention.answer", { id: asked.id, answer: "deny", reason: "not today" });
    const several = await asks(d, "ada", SEVERAL);
    await d.ask("attention.answer", { id: several.id, answer: "1,3" });
    const about = { id: asked.id, agent: "ada", kind: "permission", title: "Run npm test?", by: "human" };
    expect(await d.ask("attention.handled", {})).toMatchObject([
      { ...about, detail: "npm test", answer: "allow", problem: "somebody was faster" },
      { ...about, answer: "deny", words: "not today" },
      { id: several.id, title: "Which colour?", answer: "option", words: "green, red, dark" },
    ]);
    expect((await d.ask("attention.handled", {}))[1]).not.toHaveProperty("problem");
    expect(await d.ask("attention.handled", { limit: 1 })).toMatchObject([{ id: several.id }]);
  });

  it("is kept in short: the beginning of a long detail and of a long answer", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", { ...QUESTION, detail: "x".repeat(5000) });
    await d.ask("attention.answer", { id, answer: "y".repeat(5000) });
    const [one] = await d.ask("attention.handled", {});
    expect([one?.detail?.length, one?.words?.length]).toEqual([501, 501]);
  });
});

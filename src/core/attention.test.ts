import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import type { Attention } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import type { Asked } from "./ports/service.ts";

const PERMISSION: Asked = {
  ...{ kind: "permission", title: "Run npm test?", detail: "npm test", key: "k1" },
  answers: ["allow", "always", "deny"],
};
const QUESTION: Asked = {
  ...{ kind: "question", title: "Which colour?", key: "k2", answers: ["option", "text"] },
  options: [{ label: "green" }, { label: "blue" }],
};
const BLUE = { index: 1, label: "blue" };
const SEVERAL = {
  ...QUESTION,
  several: true,
  options: [{ label: "green" }, { label: "blue" }, { label: "red, dark" }],
};

/** Lets an agent ask, and gives the item as the person sees it. */
async function asks(d: Desk, agent: string, item: Asked): Promise<Attention> {
  const { status } = (await d.ask("agent.list", {})).find(({ name }) => name === agent) ?? {};
  if (status !== "running") await d.puppet.link(agent).report({ type: "working" });
  await d.puppet.link(agent).report({ type: "attention", item });
  const found = (await d.ask("attention.list", {})).find((each) => each.agent === agent);
  if (!found) throw new Error(`${agent} asks for nothing.`);
  return found;
}

describe("an attention item", () => {
  it("is listed with what was asked, oldest first, and holds its agent", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.spawn("bo");
    const first = await asks(d, "bo", PERMISSION);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await asks(d, "ada", QUESTION);
    expect(first).toMatchObject({ kind: "permission", title: "Run npm test?", detail: "npm test", agent: "bo" });
    expect((await d.ask("attention.list", {})).map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(await d.ask("agent.list", {})).toMatchObject([{ status: "running" }, { status: "running" }]);
  });

  it("stays the same item when its service reports it again, and is a new one with a new key", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const first = await asks(d, "ada", PERMISSION);
    expect(await asks(d, "ada", PERMISSION)).toEqual(first);
    expect((await asks(d, "ada", { ...PERMISSION, key: "k9" })).id).not.toBe(first.id);
  });

  it.each([
    [PERMISSION, "allow", undefined, { kind: "allow" }],
    [PERMISSION, "always", undefined, { kind: "always" }],
    [PERMISSION, "deny", "not today", { kind: "deny", reason: "not today" }],
    [QUESTION, "2", undefined, { kind: "option", index: 1, label: "blue" }],
    [QUESTION, "green", undefined, { kind: "option", index: 0, label: "green" }],
    [QUESTION, "red, please", undefined, { kind: "text", text: "red, please" }],
    [QUESTION, "1,2", undefined, { kind: "text", text: "1,2" }],
    [SEVERAL, "2", undefined, { kind: "option", index: 1, label: "blue" }],
    [SEVERAL, "2, 1,1", undefined, { kind: "option", index: 0, label: "green", more: [BLUE] }],
    [SEVERAL, "blue,green", undefined, { kind: "option", index: 0, label: "green", more: [BLUE] }],
    [SEVERAL, "red, dark", undefined, { kind: "option", index: 2, label: "red, dark" }],
    [SEVERAL, "blue, or none", undefined, { kind: "text", text: "blue, or none" }],
    // A word that means something elsewhere is a text where only a text is asked for.
    [QUESTION, "allow", undefined, { kind: "text", text: "allow" }],
  ])("%# is answered: %j with %j", async (asked, answer, reason, understood) => {
    await using d = await desk();
    await d.spawn("ada");
    const { id, digest } = await asks(d, "ada", asked);
    await d.ask("attention.answer", { id, answer, reason, digest });
    expect(d.puppet.answered).toEqual([{ agent: "ada", key: asked.key, answer: understood }]);
    expect(await d.ask("attention.list", {})).toEqual([]);
  });

  it.each([
    [PERMISSION, "yes", "allow, always, deny"],
    [PERMISSION, "1", "allow, always, deny"],
    [QUESTION, "3", "a number from 1 to 2, a text"],
    [SEVERAL, "1,4", "a number from 1 to 3 (or several, as 1,2), a text"],
    [{ ...QUESTION, answers: ["option" as const] }, "allow", "a number from 1 to 2"],
    [{ ...PERMISSION, answers: [] }, "allow", "clustr attach ada"],
    [{ ...PERMISSION, key: undefined }, "allow", "clustr attach ada"],
  ])("%# refuses what it does not take and says what it takes", async (asked, answer, ways) => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", asked);
    const refused = d.ask("attention.answer", { id, answer });
    await expect(refused).rejects.toMatchObject({ code: "invalid", message: expect.stringContaining(ways) as string });
    expect(d.puppet.answered).toEqual([]);
    expect(await d.ask("attention.list", {})).toMatchObject([{ id }]);
  });

  it("takes the first of many answers, given at once", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    const ways = ["allow", "deny", "always", "deny", "allow", "deny", "allow", "always"];
    const results = await Promise.allSettled(ways.map((answer) => d.ask("attention.answer", { id, answer })));
    const won = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(won).toHaveLength(1);
    for (const result of results)
      if (result.status === "rejected") expect((result.reason as ClustrError).code).toBe("conflict");
    expect(d.puppet.answered.map(({ answer }) => answer.kind)).toEqual([won[0]?.answer]);
  });

  it("answered twice by the same call is answered once", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    const first = await d.ask("attention.answer", { id, answer: "allow" }, undefined, "r1");
    expect(await d.ask("attention.answer", { id, answer: "allow" }, undefined, "r1")).toEqual(first);
    expect(d.puppet.answered).toHaveLength(1);
  });

  it("is not answered with the digest of what stood there before", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const before = await asks(d, "ada", PERMISSION);
    const { id, digest } = await asks(d, "ada", { ...PERMISSION, detail: "npm publish" });
    expect(digest).not.toBe(before.digest);
    await expect(d.ask("attention.answer", { id, answer: "allow", digest: before.digest })).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(d.ask("attention.answer", { id: before.id, answer: "allow" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("in the agent's terminal, or vanished") as string,
    });
    expect(d.puppet.answered).toEqual([]);
  });

  it("is open again with the reason when an answer had no effect, and takes another", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    d.puppet.effect = () => Promise.reject(new ClustrError("unavailable", "the dialog did not close"));
    await expect(d.ask("attention.answer", { id, answer: "allow" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("the dialog did not close") as string,
    });
    const [open] = await d.ask("attention.list", {});
    expect(open).toMatchObject({ id, answered: false, problem: "the dialog did not close" });
    d.puppet.effect = (agent) => d.puppet.link(agent).report({ type: "resolved" });
    await d.ask("attention.answer", { id, answer: "deny" });
    expect(await d.ask("attention.list", {})).toEqual([]);
  });

  it("that vanished as it was answered was not answered: nobody is told it was", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    d.puppet.effect = async (agent) => {
      await d.puppet.link(agent).report({ type: "resolved" });
      throw new ClustrError("conflict", "somebody answered it in the terminal");
    };
    await expect(d.ask("attention.answer", { id, answer: "allow" }, undefined, "r1")).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("somebody answered it in the terminal") as string,
    });
    await expect(d.ask("attention.answer", { id, answer: "allow" }, undefined, "r1")).rejects.toThrow("no effect");
    expect(await d.ask("attention.list", {})).toEqual([]);
  });

  it("that is over tells whoever comes late who was faster; one that never was is not found", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    await d.ask("attention.answer", { id, answer: "deny" });
    await expect(d.ask("attention.answer", { id, answer: "allow" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("human answered it (deny)") as string,
    });
    await expect(d.ask("attention.answer", { id: "q0", answer: "allow" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("whose answer a crash cut short is open again", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    d.puppet.effect = () => new Promise(() => {});
    const cut = d.ask("attention.answer", { id, answer: "allow" }).catch(() => undefined);
    await expect.poll(() => d.puppet.answered).toHaveLength(1);
    expect(await d.ask("attention.list", {})).toMatchObject([{ id, answered: true }]);
    await d.reopen();
    await expect
      .poll(() => d.ask("attention.list", {}))
      .toMatchObject([{ id, answered: false, problem: expect.stringContaining("restarted") as string }]);
    d.puppet.effect = (agent) => d.puppet.link(agent).report({ type: "resolved" });
    await d.ask("attention.answer", { id, answer: "allow" });
    expect(await d.ask("attention.list", {})).toEqual([]);
    void cut;
  });

  it("answered while the server still takes its agent over gets that answer, once", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    const held = Promise.withResolvers<void>();
    d.puppet.hold = held.promise;
    await d.reopen();
    const given = d.ask("attention.answer", { id, answer: "allow" });
    await expect.poll(() => d.ask("attention.list", {})).toMatchObject([{ id, answered: true }]);
    held.resolve();
    expect(await given).toMatchObject({ answer: "allow" });
    expect(d.puppet.answered).toHaveLength(1);
    expect(await d.ask("event.list", { type: "attention.unanswered" })).toEqual([]);
  });

  it("is nothing an agent may see or answer", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    const { id } = await asks(d, "ada", PERMISSION);
    for (const call of [
      d.ask("attention.answer", { id, answer: "allow" }, ada),
      d.ask("attention.list", {}, ada),
      d.ask("policy.set", { decision: "allow", tool: "*" }, ada),
    ])
      await expect(call).rejects.toMatchObject({ code: "forbidden" });
    expect(d.puppet.answered).toEqual([]);
  });
});

describe("a person", () => {
  it("stops a turn; the agent rests and keeps its terminal", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    expect(await d.ask("agent.interrupt", { name: "ada" })).toMatchObject({
      status: "done",
      outcome: "finished",
      live: true,
    });
    expect(d.puppet.interrupted).toEqual(["ada"]);
    await expect(d.ask("agent.interrupt", { name: "ada" })).rejects.toMatchObject({ code: "conflict" });
  });

  it("continues the conversation of an agent that has ended, and only that", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    await expect(d.ask("agent.resume", { name: "ada" })).rejects.toMatchObject({ code: "conflict" });
    await d.ask("agent.stop", { name: "ada" });
    await expect(d.ask("agent.resume", { name: "ada" })).rejects.toThrow("no conversation to continue");
    await d.ask("agent.restart", { name: "ada" });
    await expect.poll(() => d.puppet.link("ada").agent).toMatchObject({ run: 2, resumed: false });
    await d.puppet.link("ada").report({ type: "session", session: "s-1" });
    await d.ask("agent.stop", { name: "ada" });
    expect(await d.ask("agent.resume", { name: "ada" })).toMatchObject({ name: "ada", run: 3, session: "s-1" });
    await expect.poll(() => d.puppet.link("ada").agent).toMatchObject({ run: 3, session: "s-1", resumed: true });
  });

  it("asks why an agent has its status, and is told what each source says", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    d.puppet.evidence = [{ source: "hooks", says: "working", at: Date.UTC(2030, 0, 1) }];
    await expect
      .poll(() => d.ask("agent.explain", { name: "ada" }))
      .toMatchObject({
        ...{ name: "ada", status: "running", sure: true },
        evidence: [
          { source: "process", says: "alive" },
          { source: "hooks", says: "working", at: "2030-01-01T00:00:00.000Z" },
        ],
      });
    await d.puppet.link("ada").report({ type: "doubt", why: "title and hooks differ" });
    expect(await d.ask("agent.explain", { name: "ada" })).toMatchObject({ status: "running", sure: false });
  });

  it("alone stops turns: an agent is refused, by command and by urgency", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.spawn("bo");
    await d.puppet.link("bo").report({ type: "working" });
    await expect(d.ask("agent.interrupt", { name: "bo" }, ada)).rejects.toMatchObject({ code: "forbidden" });
    const send = d.ask("message.send", { to: "bo", content: "stop", urgency: "interrupt" }, ada);
    await expect(send).rejects.toMatchObject({ code: "forbidden" });
    expect(d.puppet.interrupted).toEqual([]);
    expect(await d.ask("message.list", {})).toEqual([]);
  });

  it("that has taken another's place at the very moment of an answer does not get that answer", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const first = await asks(d, "ada", PERMISSION);
    const second = await asks(d, "ada", { ...PERMISSION, title: "Delete everything?", key: "k9" });
    const agent = d.puppet.link("ada").agent.id;
    await d.ledger.append({
      ...{ type: "attention.answered", data: { agent, item: first.id, answer: { kind: "allow" } } },
      ...{ id: "late", actor: { kind: "human" }, subject: `attention/${first.id}` },
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(d.puppet.answered).toEqual([]);
    expect(await d.ask("attention.list", {})).toEqual([second]);
  });
});

import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";
import { memoryLedger } from "../ledger/memory.ts";
import type { Fact } from "../contract/event.ts";

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

describe("the supervisor", () => {
  it("leaves nothing running of an agent that is stopped while its tool still starts", async () => {
    await using d = await desk();
    const held = Promise.withResolvers<void>();
    d.puppet.hold = held.promise;
    await d.spawn("ada");
    await d.ask("agent.stop", { name: "ada" });
    held.resolve();
    await settled();
    expect(d.terminals.running).toEqual([]);
    expect((await d.ask("agent.list", {}))[0]).toMatchObject({ outcome: "stopped", live: false });
  });

  it("never takes the last word of an earlier run for the present one", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const first = d.puppet.link("ada");
    await d.ask("agent.restart", { name: "ada" });
    await expect.poll(() => d.puppet.link("ada").agent.run).toBe(2);
    await first.report({ type: "failed", reason: "its connection ended" });
    await settled();
    await d.puppet.link("ada").report({ type: "working" });
    await d.ask("message.send", { to: "ada", content: "still there?" });
    await expect.poll(() => d.puppet.handed).toHaveLength(1);
  });

  it("calls an agent stopped even when its tool sees its end as a failure", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const link = d.puppet.link("ada");
    const kill = d.terminals.kill.bind(d.terminals);
    d.terminals.kill = async (id) => {
      await link.report({ type: "failed", reason: "its server ended" });
      return kill(id);
    };
    expect(await d.ask("agent.stop", { name: "ada" })).toMatchObject({ status: "done", outcome: "stopped" });
  });

  it("fails an agent whose tool cannot be looked for, instead of leaving it spawning", async () => {
    await using d = await desk();
    await d.spawn("ada");
    d.puppet.links.clear();
    d.puppet.missing = new Error("too many open files");
    await d.reopen();
    await expect
      .poll(async () => (await d.ask("agent.list", {}))[0])
      .toMatchObject({ outcome: "failed", reason: expect.stringContaining("too many open files") });
  });

  it("ends what a crash in the middle of a restart left of the run before", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = d.puppet.link("ada").agent;
    await d.workspace.close();
    d.terminals.started.add(`${id}.1`);
    const actor = { kind: "human" as const };
    const restarted = { type: "agent.restarted" as const, data: { id, run: 2, rules_revision: 0 } };
    await d.ledger.append({ ...restarted, id: "crashed", actor, subject: "agents" });
    await d.reopen();
    await expect.poll(() => d.puppet.link("ada").agent.run).toBe(2);
    expect(d.terminals.running).toEqual([`${id}.2`]);
  });

  it("ends what a crash left running of an agent that is over", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = d.puppet.link("ada").agent;
    await d.workspace.close();
    const over = { id, run: 1, status: "done" as const, outcome: "failed" as const, sure: true, live: false };
    const actor = { kind: "system" as const };
    await d.ledger.append({ type: "agent.status", data: over, id: "over", actor, subject: `agent/${id}` });
    await d.reopen();
    await expect.poll(() => d.terminals.running).toEqual([]);
  });

  it("answers hooks from the moment the workspace is open again", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const { id } = d.puppet.link("ada").agent;
    await d.reopen();
    const answer = await d.workspace.hook(id, {
      requestId: "h",
      name: "x",
      body: {},
      signal: AbortSignal.timeout(500),
    });
    expect(answer).toEqual({ parcels: [] });
  });

  it("records an end although the ledger takes nothing for a while", async () => {
    const real = memoryLedger<Fact>();
    let full = false;
    const ledger = {
      ...real,
      append: ((entry, last) =>
        full
          ? Promise.resolve({ outcome: "unavailable", cause: new Error("disk full") })
          : real.append(entry, last)) as typeof real.append,
    };
    await using d = await desk(ledger);
    await d.spawn("ada");
    full = true;
    void d.puppet.link("ada").report({ type: "failed", reason: "broken" });
    await settled();
    full = false;
    await expect
      .poll(async () => (await d.ask("agent.list", {}))[0], { timeout: 3_000 })
      .toMatchObject({ outcome: "failed", reason: "broken" });
  });

  it("never shows an agent as at work because a sign of it could be written down only after its end", async () => {
    const real = memoryLedger<Fact>();
    let refusals = 0;
    const ledger = {
      ...real,
      append: ((entry, last) =>
        refusals-- > 0
          ? Promise.resolve({ outcome: "unavailable", cause: new Error("disk full") })
          : real.append(entry, last)) as typeof real.append,
    };
    await using d = await desk(ledger);
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "idle" });
    // The sign is refused and waits for its next try; the end is taken at once.
    refusals = 1;
    const sign = d.puppet.link("ada").report({ type: "working" });
    await settled();
    await d.ask("agent.stop", { name: "ada" });
    await sign;
    await expect
      .poll(async () => (await d.ask("agent.list", {}))[0], { timeout: 3_000 })
      .toMatchObject({ status: "done", live: false });
  });

  it("calls an agent lost whose terminal is gone, though one beside it that had ended is remembered", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    const { id } = d.puppet.link("ada").agent;
    d.puppet.links.clear();
    d.terminals.ended.add(`${id}.1.setup`);
    await d.reopen();
    await expect
      .poll(async () => (await d.ask("agent.list", {}))[0])
      .toMatchObject({ status: "done", outcome: "lost", live: false });
    expect(d.puppet.links.size).toBe(0);
  });
});

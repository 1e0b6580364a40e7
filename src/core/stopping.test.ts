import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";

/** ada has spawned bo and cy, bo has spawned dot; eve is nobody's. */
async function family(d: Desk) {
  d.limits.spawn_depth = 5;
  d.limits.spawns_per_minute = 600;
  d.limits.live_agents = 100;
  const ada = await d.spawn("ada");
  const bo = await d.spawn("bo", {}, ada);
  const cy = await d.spawn("cy", {}, ada);
  const dot = await d.spawn("dot", {}, bo);
  await d.spawn("eve");
  return { ada, bo, cy, dot };
}
const alive = async (d: Desk) =>
  (await d.ask("agent.list", {})).flatMap(({ name, live }) => (live ? [name] : [])).toSorted();

describe("an agent stopped with its descendants", () => {
  it("ends with all of them, and with nobody else", async () => {
    await using d = await desk();
    await family(d);
    const { also, ...ada } = await d.ask("agent.stop", { name: "ada", descendants: true });
    expect(ada).toMatchObject({ outcome: "stopped", live: false, stopped_by: "human" });
    expect(also?.toSorted()).toEqual(["bo", "cy", "dot"]);
    expect(await alive(d)).toEqual(["eve"]);
    expect(d.terminals.running).toHaveLength(1);
  });

  it("alone leaves them where they are, and says nothing of others", async () => {
    await using d = await desk();
    await family(d);
    expect(await d.ask("agent.stop", { name: "ada" })).not.toHaveProperty("also");
    expect(await alive(d)).toEqual(["bo", "cy", "dot", "eve"]);
  });

  it("may have ended before: those below it end all the same, and only then is it refused", async () => {
    await using d = await desk();
    await family(d);
    await d.ask("agent.stop", { name: "bo" });
    expect(await d.ask("agent.stop", { name: "bo", descendants: true })).toMatchObject({ name: "bo", also: ["dot"] });
    expect((await d.ask("agent.list", {})).find(({ name }) => name === "bo")).not.toHaveProperty("stopping");
    expect(await alive(d)).toEqual(["ada", "cy", "eve"]);
    await expect(d.ask("agent.stop", { name: "bo", descendants: true })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("so has all it spawned") as string,
    });
  });

  it("leaves no gap in which they could spawn on, however hard they try", async () => {
    await using d = await desk();
    const callers = Object.values(await family(d));
    let tries = 0;
    const trying = new AbortController();
    const refusals = new Set<string>();
    const spawning = callers.map(async (caller) => {
      while (!trying.signal.aborted)
        await d
          .ask("agent.spawn", { name: `child-${++tries}`, task: "x", service: "puppet" }, caller)
          .catch((error: { message: string }) => refusals.add(error.message));
    });
    await expect.poll(async () => (await alive(d)).length).toBeGreaterThan(8);
    await d.ask("agent.stop", { name: "ada", descendants: true });
    const after = tries;
    await expect.poll(() => tries).toBeGreaterThan(after + 20);
    trying.abort();
    await Promise.all(spawning);
    expect(await alive(d)).toEqual(["eve"]);
    expect([...refusals].join()).toContain("You are being stopped");
  });

  it("is stopped once when the call is repeated, and is told the same", async () => {
    await using d = await desk();
    await family(d);
    const first = await d.ask("agent.stop", { name: "ada", descendants: true }, undefined, "r1");
    expect(await d.ask("agent.stop", { name: "ada", descendants: true }, undefined, "r1")).toEqual(first);
  });
});

import { describe, expect, it } from "vitest";
import { desk, type Desk } from "../../test/rig/core.ts";
import type { Agent } from "../contract/agent.ts";
import { server } from "./caller.ts";
import { terminalId } from "./runs/terminals.ts";

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 60));

async function record(d: Desk, name: string): Promise<Agent> {
  const agent = (await d.ask("agent.list", {})).find((each) => each.name === name);
  if (!agent) throw new Error(`There is no ${name}.`);
  return agent;
}

/** An agent that has a conversation and works. */
async function working(d: Desk, name: string): Promise<void> {
  await d.spawn(name);
  await begins(d, name);
}

async function begins(d: Desk, name: string): Promise<void> {
  await d.puppet.link(name).report({ type: "session", session: `conversation of ${name}` });
  await d.puppet.link(name).report({ type: "working" });
}

async function crashes(d: Desk, name: string): Promise<void> {
  await d.puppet.link(name).report({ type: "failed", reason: "it was ended by signal SIGKILL" });
}

/** The run in which an agent's tool was opened last. */
const run = (d: Desk, name: string) => (): number => d.puppet.link(name).agent.run;

describe("a conversation that was cut short", () => {
  it("stays so, unless the workspace is set to continue it", async () => {
    await using d = await desk();
    await working(d, "ada");
    await crashes(d, "ada");
    await moment();
    expect(await record(d, "ada")).toMatchObject({ run: 1, live: false });
    expect(await d.ask("settings.set", { auto_resume: "on" })).toMatchObject({ auto_resume: "on" });
    await d.reopen();
    await moment();
    // What ended before that was wished for stays ended.
    expect(await record(d, "ada")).toMatchObject({ run: 1, live: false });
    expect(await d.ask("settings.set", {})).toMatchObject({ auto_resume: "on" });
  });

  it("by a crash is continued, under its name, with the mail that waited, once", async () => {
    await using d = await desk();
    await d.ask("settings.set", { auto_resume: "on" });
    await working(d, "ada");
    d.puppet.deliver = async () => ({ later: "it is busy" });
    const { id } = await d.ask("message.send", { to: "ada", content: "for the next run" });
    d.puppet.deliver = async () => ({ channel: "hand" });
    await crashes(d, "ada");
    await expect.poll(run(d, "ada")).toBe(2);
    expect(d.puppet.link("ada").agent).toMatchObject({ resumed: true, session: "conversation of ada", task: "work" });
    await expect.poll(() => d.puppet.handed.map(({ parcels }) => parcels.map((each) => each.id))).toEqual([[id]]);
    await d.reopen();
    await moment();
    expect(await record(d, "ada")).toMatchObject({ run: 2, live: true });
  });

  it("by a reboot is continued when the server comes back, one agent after another", async () => {
    await using d = await desk();
    await d.ask("settings.set", { auto_resume: "on" });
    for (const name of ["ada", "bo"]) await working(d, name);
    for (const name of ["ada", "bo"]) await d.terminals.kill(terminalId(await record(d, name)));
    await d.reopen();
    await expect.poll(run(d, "ada")).toBe(2);
    expect(run(d, "bo")()).toBe(1);
    await begins(d, "ada");
    await expect.poll(run(d, "bo")).toBe(2);
  });

  it("by a shutdown is continued at the next start; what a person stopped is not", async () => {
    await using d = await desk();
    await d.ask("settings.set", { auto_resume: "on" });
    for (const name of ["ada", "bo"]) await working(d, name);
    await d.ask("agent.stop", { name: "bo" });
    await d.ask("agent.stop", { name: "ada" }, server);
    await moment();
    expect(await record(d, "ada")).toMatchObject({ run: 1, outcome: "stopped", stopped_by: "system" });
    await d.reopen();
    await expect.poll(run(d, "ada")).toBe(2);
    await moment();
    expect(await record(d, "bo")).toMatchObject({ run: 1, outcome: "stopped", stopped_by: "human" });
  });

  it("again and again is left after three times in a row, also by the next server", async () => {
    await using d = await desk();
    await d.ask("settings.set", { auto_resume: "on" });
    await working(d, "ada");
    for (const next of [2, 3, 4]) {
      await crashes(d, "ada");
      await expect.poll(run(d, "ada")).toBe(next);
      await begins(d, "ada");
    }
    await crashes(d, "ada");
    await d.reopen();
    await moment();
    expect(await record(d, "ada")).toMatchObject({ run: 4, live: false, revived: { times: 3 } });
    // A person's word begins anew.
    await d.ask("agent.resume", { name: "ada" });
    await expect.poll(run(d, "ada")).toBe(5);
    await begins(d, "ada");
    await crashes(d, "ada");
    await expect.poll(run(d, "ada")).toBe(6);
  });

  it("before it had begun, or that ended by itself, is left", async () => {
    await using d = await desk();
    await d.ask("settings.set", { auto_resume: "on" });
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "session", session: "s" });
    await crashes(d, "ada");
    await d.spawn("bo");
    await crashes(d, "bo");
    await moment();
    expect(await d.ask("agent.list", {})).toMatchObject([
      { run: 1, live: false },
      { run: 1, live: false },
    ]);
  });

  it("is continued with all others on a person's word; who cannot be is named with the reason", async () => {
    await using d = await desk();
    for (const name of ["ada", "bo", "cy"]) await working(d, name);
    await d.ask("agent.stop", { name: "cy" });
    for (const name of ["ada", "bo"]) await crashes(d, name);
    await expect.poll(async () => (await record(d, "bo")).live).toBe(false);
    await d.spawn("bo");
    d.limits.live_agents = 2;
    expect(await d.ask("agent.resume_all", {})).toEqual({
      resumed: ["ada"],
      left: [{ name: "bo", why: expect.stringContaining('a live agent called "bo"') as string }],
    });
    expect(await d.ask("agent.resume_all", {})).toMatchObject({ resumed: [], left: [{ name: "bo" }] });
  });

  it("is no agent's to continue, nor the setting an agent's to change", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await expect(d.ask("settings.set", { auto_resume: "on" }, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("agent.resume_all", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
  });
});

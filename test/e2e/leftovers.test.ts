import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Agent } from "../../src/contract/agent.ts";
import { processesOf } from "../gate/processes.ts";
import { bothTools, type BothTools } from "../rig/both-tools.ts";

/** Nothing of an agent that has ended may run for longer than this. */
const ORPHAN_MS = 5_000;
/** A second word for each command, by which its process is found. */
let words = 600_000;

let stage: BothTools;
beforeAll(async () => {
  stage = await bothTools();
});
afterAll(() => stage[Symbol.asyncDispose]());

const agentOf = async (name: string): Promise<Agent | undefined> =>
  (await stage.clustr.client.call("agent.list", {})).find((one) => one.name === name);

/** Processes of an agent: the programs it was started as and all they have started, which inherit where its run's file is. */
async function processesOfAgent({ id, run }: Agent) {
  return processesOf(`/runs/${id}.${run}/`);
}

/** An agent whose tool runs a command without an end: in the background, it has ended its turn. */
async function atWork(service: "script" | "claude", background: boolean): Promise<Agent> {
  const name = `${service}-${++words}`;
  // Claude Code refuses a mere `sleep`.
  const command = `tail -s ${words} -f /dev/null`;
  if (service === "claude") {
    const args = { command, description: "a step", run_in_background: background };
    stage.cast.play(name, { steps: [{ call: "Bash", args }], otherwise: { text: "Nothing to do for now." } });
  }
  const run = background ? `${command} >/dev/null 2>&1 &` : command;
  const task = service === "claude" ? "Wait for word." : JSON.stringify([{ run }]);
  await stage.clustr.client.call("agent.spawn", { name, service, task, autonomy: "full" });
  const there = async () => (await processesOf(stage.place.path)).some(({ line }) => line === command);
  await expect.poll(there, { timeout: 30_000 }).toBe(true);
  if (background) await expect.poll(async () => (await agentOf(name))?.status, { timeout: 30_000 }).toBe("done");
  return (await agentOf(name)) as Agent;
}

/** Kills the process in the agent's terminal, and it alone. */
async function killTool(agent: Agent): Promise<void> {
  const [first] = (await processesOfAgent(agent)).map(({ pid }) => pid).toSorted((a, b) => a - b);
  if (first === undefined) throw new Error("The agent has no process.");
  process.kill(first, "SIGKILL");
}

const nothingLeft = (agent: Agent) =>
  expect.poll(async () => (await processesOfAgent(agent)).map(({ line }) => line), { timeout: ORPHAN_MS }).toEqual([]);

describe.each(["script", "claude"] as const)("what an agent on %s leaves running is ended", (service) => {
  it.each([
    ["a command it waits for", false],
    ["a command in the background", true],
  ])("when its tool is killed: %s", async (_, background) => {
    const agent = await atWork(service, background);
    await killTool(agent);
    await nothingLeft(agent);
    await expect.poll(() => agentOf(agent.name)).toMatchObject({ live: false, outcome: "failed" });
  });

  it("when its tool is killed while no server runs", async () => {
    const agent = await atWork(service, false);
    await stage.clustr.kill();
    await killTool(agent);
    await stage.clustr.restart();
    await nothingLeft(agent);
    expect(await agentOf(agent.name)).toMatchObject({ live: false, outcome: "failed" });
  });
});

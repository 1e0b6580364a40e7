import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Limits } from "../../src/contract/workspace.ts";
import { processesOf } from "./processes.ts";
import { openStand, until, type Stand } from "./stand.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let stand: Stand;
beforeAll(async () => {
  stand = await openStand();
  await writeFile(join(stand.project, "bomb.mjs"), BOMB);
});
afterAll(() => stand?.[Symbol.asyncDispose]());

/** Spawns agents that do the same, as fast as it is answered, and leaves processes behind in a session of their own. */
const BOMB = `
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
const { url, token, workspace } = JSON.parse(readFileSync(process.env.CLUSTR_AGENT, "utf8"));
spawn("setsid", ["sh", "-c", "sleep 300 & exec sleep 301"], { detached: true, stdio: "ignore" }).unref();
const task = JSON.stringify([{ run: "exec " + process.execPath + " bomb.mjs", may_fail: true }]);
for (let tries = 0; ; tries++) {
  const name = "b" + Math.random().toString(36).slice(2, 12).replaceAll(/[01]/g, "z");
  await fetch(url + "/api/workspaces/" + workspace + "/agents", {
    method: "POST",
    headers: { authorization: "Bearer " + token, "content-type": "application/json" },
    body: JSON.stringify({ name, task, service: "script" }),
  }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
}`;

/** Lets the bomb go off under these limits; how many agents of its own making there came to be, how many at once, how deep. */
async function explode(limits: Partial<Limits>): Promise<{ made: number; most: number; deepest: number }> {
  const { client } = stand.clustr;
  await client.call("limits.set", limits);
  const began = (await client.call("event.search", { limit: 1 })).events.at(-1)?.seq ?? 0;
  const task = JSON.stringify([{ run: `exec ${process.execPath} bomb.mjs`, may_fail: true }]);
  await client.call("agent.spawn", { name: "root", service: "script", task });
  const made = async () => client.call("event.list", { type: "agent.spawned", after: began, limit: 1000 });
  let most = 0;
  let last = -1;
  let rested = 0;
  // It is over when nothing new came for a while, in which every agent has tried again and again.
  await until("the bomb is held", async () => {
    await pause(200);
    most = Math.max(most, (await client.call("agent.list", {})).filter(({ live }) => live).length);
    const { length } = await made();
    rested = length === last ? rested + 1 : 0;
    last = length;
    return length > 1 && rested >= 8;
  });
  const agents = (await made()).map(({ data }) => data["agent"] as { name: string; depth: number });
  // While one is stopped the others would spawn the next: first nobody may.
  await client.call("limits.set", { spawn_depth: 0 });
  const alive = (await client.call("agent.list", {})).filter((agent) => agent.live);
  await Promise.all(alive.map(({ name }) => client.call("agent.stop", { name }, { timeoutMs: 60_000 })));
  return { made: agents.length - 1, most, deepest: Math.max(...agents.map(({ depth }) => depth)) };
}

const PLENTY: Limits = {
  live_agents: 7,
  spawn_depth: 10,
  spawns_per_minute: 600,
  messages_per_minute: 60,
  unread_messages: 1000,
  exchange_length: 24,
};

test("agents that spawn agents that spawn are held at each limit, and nothing of them is left when they are stopped", async () => {
  // Each limit alone stops it, where the others would let it go on: so each is seen to hold.
  expect(await explode({ ...PLENTY, spawns_per_minute: 2 })).toMatchObject({ made: 2, most: 3 });
  const live = await explode({ ...PLENTY, live_agents: 4 });
  expect(live).toMatchObject({ made: 3, most: 4 });
  const deep = await explode({ ...PLENTY, live_agents: 5, spawn_depth: 1 });
  expect(deep.deepest).toBe(1);
  expect(deep.most).toBe(5);

  expect((await stand.clustr.client.call("agent.list", {})).filter((agent) => agent.live)).toEqual([]);
  const left = async () => (await processesOf(stand.project)).filter(({ line }) => /bomb|sleep 30[01]/.test(line));
  await until("every process has ended", async () => (await left()).length === 0, 10_000);
});

test("a process that is left behind would be seen", async () => {
  const child = spawn("sleep", ["302"], { cwd: stand.project, stdio: "ignore", env: {} });
  try {
    await until(
      "it is seen",
      async () => (await processesOf(stand.project)).some(({ pid }) => pid === child.pid),
      5_000,
    );
  } finally {
    child.kill("SIGKILL");
  }
});

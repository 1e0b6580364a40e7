import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";

const MESSAGES = 24;

async function statusOf(clustr: RunningClustr, name: string): Promise<string> {
  const agent = (await clustr.client.call("agent.list", {})).find((each) => each.name === name);
  return [agent?.status, agent?.outcome, agent?.reason].filter((part) => part !== undefined).join(" ");
}

test("two script agents talk while the server is killed again and again: every message arrives once, in order", async () => {
  await using place = await scratch();
  const folder = await place.folder("project");
  await using clustr = await startClustr(folder, join(place.path, "home"), cleanEnv(await place.folder("user")));
  const reader = {
    steps: [
      { call: "send_message", with: { to: "writer", content: "begin" } },
      {
        repeat: MESSAGES,
        steps: [
          { wait: { from: "writer" }, as: "mail", timeout: 60 },
          { append: "read.txt", text: "{{mail.content}}\n" },
        ],
      },
    ],
    on_message: [{ steps: [{ append: "late.txt", text: "{{message.content}}\n" }] }],
  };
  const writer = [
    { wait: { containing: "begin" } },
    { write: "sent.txt", text: "" },
    {
      repeat: MESSAGES,
      steps: [
        { run: "wc -l < sent.txt", as: "before" },
        { call: "send_message", with: { to: "reader", content: "number {{before.output}}" } },
        { append: "sent.txt", text: "x\n" },
        { sleep: 0.1 },
      ],
    },
  ];
  await clustr.client.call("agent.spawn", { name: "writer", service: "script", task: JSON.stringify(writer) });
  await clustr.client.call("agent.spawn", { name: "reader", service: "script", task: JSON.stringify(reader) });
  for (const pause of [700, 900, 300, 1100]) {
    await sleep(pause);
    await clustr.kill();
    await clustr.restart();
  }
  for (const name of ["writer", "reader"])
    await expect.poll(() => statusOf(clustr, name), { timeout: 60_000 }).toBe("done finished");
  const numbers = (await readFile(join(folder, "read.txt"), "utf8")).match(/\d+/g)?.map(Number);
  expect(numbers).toEqual(Array.from({ length: MESSAGES }, (_, index) => index));
  // A second delivery of any of them would have woken the reader.
  await sleep(1_000);
  await expect(readFile(join(folder, "late.txt"), "utf8")).rejects.toThrow();
  const messages = await clustr.client.call("message.list", { limit: 1000 });
  expect(messages.map(({ content }) => content.trim())).toEqual([
    "begin",
    ...Array.from({ length: MESSAGES }, (_, index) => `number ${index}`),
  ]);
  expect(messages.flatMap(({ deliveries }) => Object.values(deliveries).map(({ rung }) => rung))).toEqual(
    // The writer wrote back after the first.
    ["answered", ...Array.from({ length: MESSAGES }, () => "read")],
  );
});

test("stopped, it leaves politely and takes what it started with it; restarted, it runs its task again", async () => {
  await using place = await scratch();
  const folder = await place.folder("project");
  await using clustr = await startClustr(folder, join(place.path, "home"), cleanEnv(await place.folder("user")));
  const spawned = await clustr.run([
    "spawn",
    "ada",
    "--service",
    "script",
    "--task",
    '[{"run":"echo $$ >> pids; sleep 120"}]',
    "--wait",
    "running",
    "--json",
  ]);
  expect(spawned, spawned.stderr).toMatchObject({ code: 0 });
  const pids = async (): Promise<number[]> =>
    (await readFile(join(folder, "pids"), "utf8").catch(() => "")).split("\n").filter(Boolean).map(Number);
  await expect.poll(pids).toHaveLength(1);
  expect(await clustr.run(["stop", "ada", "--json"])).toMatchObject({ code: 0 });
  await expect.poll(() => statusOf(clustr, "ada")).toBe("done stopped");
  await expect.poll(async () => (await pids()).filter(isAlive)).toEqual([]);
  expect(await clustr.run(["restart", "ada", "--json"])).toMatchObject({ code: 0 });
  await expect.poll(pids, { timeout: 10_000 }).toHaveLength(2);
});

test("a task that is no script is a failed agent with the remedy, at once", async () => {
  await using place = await scratch();
  await using clustr = await startClustr(
    await place.folder("project"),
    join(place.path, "home"),
    cleanEnv(await place.folder("user")),
  );
  const spawned = await clustr.run([
    "spawn",
    "ada",
    "--service",
    "script",
    "--task",
    "write a poem",
    "--wait",
    "done",
    "--timeout",
    "20",
  ]);
  expect(spawned.code).not.toBe(0);
  expect(spawned.stderr).toContain('The task of a script agent is a script: JSON like {"steps"');
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

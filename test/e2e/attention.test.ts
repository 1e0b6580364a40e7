import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Agent, Attention } from "../../src/contract/agent.ts";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";

/** What a command printed with --json; it must succeed. */
async function json<T>(clustr: RunningClustr, ...line: string[]): Promise<T> {
  const ran = await clustr.run([...line, "--json"]);
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  return JSON.parse(ran.stdout) as T;
}

async function spawn(clustr: RunningClustr, name: string, task: unknown, ...more: string[]): Promise<void> {
  await json(clustr, "spawn", name, "--service", "script", "--task", JSON.stringify(task), ...more);
}

/** The item an agent waits with, once there is one that is not `but`. */
async function itemOf(clustr: RunningClustr, agent: string, but?: string): Promise<Attention> {
  let found: Attention | undefined;
  await expect
    .poll(
      async () => {
        const items = await json<Attention[]>(clustr, "attention");
        return (found = items.find((item) => item.agent === agent && item.id !== but)) !== undefined;
      },
      { timeout: 15_000, interval: 200 },
    )
    .toBe(true);
  if (!found) throw new Error(`${agent} waits for nothing.`);
  return found;
}

async function reaches(clustr: RunningClustr, name: string, status: string): Promise<void> {
  const look = async (): Promise<string> => {
    const agent = (await clustr.client.call("agent.list", {})).find((each) => each.name === name);
    return [agent?.status, agent?.outcome].filter(Boolean).join(" ");
  };
  await expect.poll(look, { timeout: 15_000 }).toBe(status);
}

test("from the command line: what waits is shown, answered once, by policy, and through a crash of the server", async () => {
  await using place = await scratch();
  const folder = await place.folder("project");
  await using clustr = await startClustr(folder, join(place.path, "home"), cleanEnv(await place.folder("user")));
  const task = [
    { run: "echo one >> done.txt" },
    { ask: "Which colour?", options: ["green", "blue"], as: "colour" },
    { append: "done.txt", text: "{{colour}}\n" },
  ];
  await spawn(clustr, "ada", task, "--autonomy", "ask");

  const permission = await itemOf(clustr, "ada");
  expect(permission).toMatchObject({
    kind: "permission",
    detail: "echo one >> done.txt",
    answers: ["allow", "always", "deny"],
  });
  const list = await clustr.run(["agents"]);
  expect(list.stdout).toContain("ada waits for you: Allow the script to run echo one >> done.txt?");
  expect(list.stdout).toContain(`clustr answer ${permission.id} allow`);
  const wrong = await clustr.run(["answer", permission.id, "perhaps"]);
  expect(wrong).toMatchObject({ code: 2 });
  expect(wrong.stderr).toContain("allow, always, deny");
  const racers = await Promise.all(["allow", "allow"].map((word) => clustr.run(["answer", permission.id, word])));
  expect(racers.map(({ code }) => code ?? -1).toSorted((a, b) => a - b)).toEqual([
    0,
    expect.toSatisfy((code) => code === 4 || code === 5),
  ]);

  const question = await itemOf(clustr, "ada", permission.id);
  await clustr.kill();
  await clustr.restart();
  expect((await itemOf(clustr, "ada")).id).toBe(question.id);
  await json(clustr, "policy", "set", "allow", "append", "done.*");
  expect((await clustr.run(["answer", question.id, "2", "--digest", "stale"])).code).toBe(5);
  await json(clustr, "answer", question.id, "2");
  await reaches(clustr, "ada", "done finished");
  expect(await readFile(join(folder, "done.txt"), "utf8")).toBe("one\nblue\n");
  expect((await clustr.run(["attention"])).stdout).toBe("Nothing waits for you.\n");
});

test("from the command line: a turn is interrupted, a conversation resumed, a status explained, a ladder shown", async () => {
  await using place = await scratch();
  const folder = await place.folder("project");
  await using clustr = await startClustr(folder, join(place.path, "home"), cleanEnv(await place.folder("user")));
  const task = {
    steps: [{ run: "echo begin >> log.txt; sleep 60" }],
    on_message: [{ steps: [{ append: "log.txt", text: "{{message.content}}\n" }] }],
  };
  await spawn(clustr, "ada", task);
  const log = (): Promise<string> => readFile(join(folder, "log.txt"), "utf8").catch(() => "");
  await expect.poll(log, { timeout: 15_000 }).toBe("begin\n");
  expect(await json<Agent>(clustr, "interrupt", "ada")).toMatchObject({
    status: "done",
    outcome: "finished",
    live: true,
  });

  await json(clustr, "send", "ada", "go on", "--urgency", "idle");
  await expect.poll(log, { timeout: 15_000 }).toBe("begin\ngo on\n");
  const [ladder] = await json<{ id: string; counts: object }[]>(clustr, "messages", "--status");
  expect(ladder?.counts).toEqual({ read: 1 });
  expect((await clustr.run(["messages", "--status", ladder?.id ?? ""])).stdout).toMatch(
    /→ ada .* idle\n {2}ada {2}read/,
  );

  await json(clustr, "stop", "ada");
  await json(clustr, "resume", "ada");
  await reaches(clustr, "ada", "done finished");
  await json(clustr, "send", "ada", "still there?");
  await expect.poll(log, { timeout: 15_000 }).toBe("begin\ngo on\nstill there?\n");
  await reaches(clustr, "ada", "done finished");
  const told = (await clustr.run(["explain", "ada"])).stdout;
  expect(told).toContain("ada is done, since");
  expect(told).toMatch(/^script +idle/m);
});

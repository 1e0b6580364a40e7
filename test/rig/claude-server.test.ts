import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Agent, Attention } from "../../src/contract/agent.ts";
import { anthropicServer } from "./anthropic.ts";
import { claudeEnv } from "./claude-home.ts";
import { eventually, until } from "./claude-stage.ts";
import { bash } from "./claude-tools.ts";
import { startClustr } from "./clustr.ts";
import { scratch } from "./rig.ts";

test("a whole Clustr: a permission outlives a kill of the server, a policy speaks at once, a turn is stopped and explained", async () => {
  await using place = await scratch();
  await using api = await anthropicServer();
  const model = api.play("ada", {
    steps: [bash("touch one"), bash("touch denied"), { text: "Done." }],
    otherwise: { hang: true },
  });
  const folder = await place.folder("project");
  const env = await claudeEnv(place, api.base("ada"));
  await using clustr = await startClustr(folder, join(place.path, "home", ".clustr"), env);
  const ok = async (...args: string[]): Promise<string> => {
    const ran = await clustr.run(args);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    return ran.stdout;
  };
  const items = async (): Promise<Attention[]> => JSON.parse(await ok("attention", "--json")) as Attention[];
  const ada = async (): Promise<Agent | undefined> =>
    (JSON.parse(await ok("agents", "--json")) as Agent[]).find(({ name }) => name === "ada");

  await ok("policy", "set", "deny", "Bash", "touch denied");
  await ok("spawn", "ada", "--task", "the task", "--service", "claude", "--autonomy", "ask");
  let item: Attention | undefined;
  await until(async () => (item = (await items())[0]) !== undefined, 30_000);
  expect(item).toMatchObject({ agent: "ada", title: "Allow Bash: touch one?", answers: ["allow", "always", "deny"] });
  await clustr.kill();
  await clustr.restart();
  expect(await items()).toEqual([item]);
  await ok("answer", item?.id ?? "", "allow", "--digest", item?.digest ?? "");
  await until(async () => existsSync(join(folder, "one")));
  await until(async () => (await ada())?.status === "done", 30_000);
  expect(existsSync(join(folder, "denied"))).toBe(false);
  expect(JSON.stringify(model.turns.at(-1)?.messages.slice(-3))).toContain("policy of the Clustr workspace denies");

  await ok("send", "ada", "go on");
  await eventually(() => model.turns[3]);
  await until(async () => (await ada())?.status === "running");
  await ok("interrupt", "ada");
  await until(async () => (await ada())?.status === "done");
  expect(await ok("explain", "ada")).toMatch(/hooks[^]*session file[^]*title/);
});

import { expect, it } from "vitest";
import type { Agent } from "../../src/contract/agent.ts";
import { readHosts } from "../../src/terminal/generation.ts";
import { bothTools } from "../rig/both-tools.ts";
import { type RunningClustr } from "../rig/clustr.ts";
import { CLASSIC_MODEL } from "../rig/codex-home.ts";
import { textOf, type ModelRequest } from "../rig/script.ts";

const NAMES = ["ada", "bo", "cy"];
const START = { timeout: 60_000, interval: 200 };

async function agents(clustr: RunningClustr): Promise<Agent[]> {
  return clustr.client.call("agent.list", {});
}

/** How every agent stands: its run, its status and how it came to be done. */
async function standing(clustr: RunningClustr): Promise<string[]> {
  return (await agents(clustr)).map(
    ({ name, run, live, outcome }) => `${name} ${run} ${live ? "live" : "over"} ${outcome}`,
  );
}

/** Takes the agents' processes away as a reboot does: the terminal host with all its terminals, and the server. */
async function reboot(clustr: RunningClustr): Promise<void> {
  await clustr.kill();
  for (const { pid } of await readHosts(clustr.home)) process.kill(pid, "SIGKILL");
  await clustr.restart();
}

const has =
  (...words: string[]) =>
  (request: ModelRequest): boolean =>
    words.every((each) => textOf(request).includes(each));

it(
  "conversations go on by themselves after a reboot and a shutdown, with name, task and mail, where that is wished",
  { timeout: 240_000 },
  async () => {
    await using stage = await bothTools();
    const { cast, clustr } = stage;
    const models = [
      cast.play("ada", { otherwise: { text: "Done." } }),
      cast.play("bo", { otherwise: { text: "Done." } }),
    ];
    const rest = async (run: number): Promise<void> =>
      expect.poll(() => standing(clustr), START).toEqual(NAMES.map((name) => `${name} ${run} live finished`));
    const spawn = (name: string, service: string, more = {}): Promise<Agent> =>
      clustr.client.call("agent.spawn", { name, service, task: `TASK-OF-${name}`, ...more });

    await spawn("ada", "claude");
    await spawn("bo", "codex", { model: CLASSIC_MODEL });
    await spawn("cy", "script", {
      task: JSON.stringify({
        steps: [],
        on_message: [{ steps: [{ append: "heard.txt", text: "{{message.content}}\n" }] }],
      }),
    });
    await rest(1);

    // Not wished for: a reboot leaves them lost, until a person resumes all of them at once.
    await reboot(clustr);
    await expect.poll(() => standing(clustr), START).toEqual(NAMES.map((name) => `${name} 1 over lost`));
    const sessions = (await agents(clustr)).map(({ session }) => session);
    expect(await clustr.run(["resume", "--all"])).toMatchObject({ code: 0, stdout: "resumed ada, bo, cy\n" });
    await rest(2);

    expect(await clustr.run(["settings", "--auto-resume", "on"])).toMatchObject({ code: 0 });
    await reboot(clustr);
    await rest(3);
    for (const to of NAMES) await clustr.client.call("message.send", { to, content: `AFTER-REBOOT-${to}` });
    for (const [at, model] of models.entries())
      await model.until(has(`TASK-OF-${NAMES[at]}`, `AFTER-REBOOT-${NAMES[at]}`), 30_000);
    await rest(3);

    // A shutdown ends them all; the next start brings them back, but nobody whom a person stopped.
    await clustr.client.call("agent.stop", { name: "cy" });
    const ended = await clustr.run(["shutdown"]);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: "Ended 2 agents and the server.\n" });
    await clustr.restart();
    await expect
      .poll(() => standing(clustr), START)
      .toEqual(["ada 4 live finished", "bo 4 live finished", "cy 3 over stopped"]);
    for (const to of ["ada", "bo"]) await clustr.client.call("message.send", { to, content: `AFTER-SHUTDOWN-${to}` });
    for (const [at, model] of models.entries())
      await model.until(has(`AFTER-REBOOT-${NAMES[at]}`, `AFTER-SHUTDOWN-${NAMES[at]}`), 30_000);
    expect((await agents(clustr)).map(({ session }) => session)).toEqual(sessions);
    // The task was given once, in the first run.
    for (const [at, model] of models.entries()) {
      const prompts = model.turns.at(-1)?.messages.filter(({ text }) => text.includes(`TASK-OF-${NAMES[at]}`));
      expect(prompts).toHaveLength(1);
    }
  },
);

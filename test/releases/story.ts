import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "../../src/client/client.ts";
import { until } from "../gate/stand.ts";
import type { RunningClustr } from "../rig/clustr.ts";

const SHARED = Array.from({ length: 12 }, (_, at) => `line ${at + 1}\n`).join("");

/** A little of everything that a person and agents do in a workspace, with the real server and script agents. */
export async function story(clustr: RunningClustr, project: string): Promise<void> {
  const { client } = clustr;
  await writeFile(join(project, "shared.txt"), SHARED);
  await homeMatters(client, project);
  await talk(client);
  await questions(client);
  await changes(client);
  await lives(clustr);
}

async function homeMatters(client: Client, project: string): Promise<void> {
  await client.call("limits.set", { live_agents: 9, spawns_per_minute: 100 });
  await client.call("preferences.set", { theme: "dark", letters: false, keys: { "go.inbox": "mod+i" } });
  const { id } = await client.call("workspace.open", { path: join(project, ".."), trust: true });
  await client.call("workspace.close", { id });
  await client.call("settings.set", { shell_calls: "in_turn" });
  await client.call("settings.set", { shell_calls: "together" });
}

async function talk(client: Client): Promise<void> {
  await client.call("rules.update", { text: "# Rules\nBe kind. Ü ✓ 日本\n" });
  await client.call("context.write", { key: "plan", value: "first" });
  await spawn(client, "ada", {
    steps: [
      { call: "register_agent", with: { working_on: "the plan" } },
      { call: "read_rules" },
      { call: "read_context", with: { key: "plan" } },
      { call: "write_context", with: { key: "plan", value: "second\n".repeat(20) } },
      { call: "write_context", with: { key: "gone", value: "soon" } },
      { call: "remove_context", with: { key: "gone" } },
      { call: "send_message", with: { to: "human", content: "Done: “all of it” 👍" } },
    ],
    on_message: [{ steps: [{ call: "send_message", with: { to: "human", content: "I heard {{message.content}}" } }] }],
  });
  await rests(client, "ada");
  await client.call("message.send", { to: "ada", content: "one" });
  await until("she answers", async () =>
    (await client.call("message.list", { limit: 50 })).some(({ content }) => content === "I heard one"),
  );
  const newest = (await client.call("message.list", { limit: 1 }))[0];
  await client.call("message.mark", { up_to: newest?.seq ?? 0 });
}

async function questions(client: Client): Promise<void> {
  const { id } = await client.call("policy.set", { decision: "deny", tool: "run", pattern: "rm -rf *" });
  await client.call("policy.set", { decision: "allow", tool: "run", pattern: "true" });
  await client.call("policy.remove", { id });
  await spawn(client, "ben", { steps: [{ ask: "Which colour?", options: ["green", "blue"] }, { run: "true" }] });
  await until("ben asks", async () => (await client.call("attention.list", {})).length > 0);
  const [item] = await client.call("attention.list", {});
  await client.call("attention.snooze", { id: item?.id ?? "" });
  await client.call("attention.wake", { id: item?.id ?? "" });
  await client.call("attention.answer", { id: item?.id ?? "", answer: "2" });
  await rests(client, "ben");
}

async function changes(client: Client): Promise<void> {
  const edit = (line: number, by: string) => ({
    edit: "shared.txt",
    replace: `line ${line}\n`,
    by: `line ${line} by ${by}\n`,
  });
  await spawn(client, "cleo", { steps: [edit(2, "cleo"), edit(9, "cleo"), { write: "own.txt", text: "cleo's\n" }] });
  await rests(client, "cleo");
  await both(client);
  const { id } = await client.call("snapshot.take", { label: "by hand" });
  await client.call("change.rollback", { name: "cleo", file: "own.txt" });
  const { id: rollback } = await client.call("change.rollback", { name: "cleo" });
  await client.call("change.undo", rollback === undefined ? {} : { id: rollback });
  await client.call("snapshot.restore", { id });
  const [restored] = await client.call("snapshot.list", { limit: 1 });
  await client.call("change.undo", { id: restored?.id ?? "" }).catch(() => undefined);
}

/** Commands of two agents at once: whose the file is, nobody can tell, until the person says. */
async function both(client: Client): Promise<void> {
  await spawn(client, "dan", { steps: [{ run: "sleep 300" }] });
  await until("dan is at it", async () =>
    (await client.call("agent.list", {})).some(({ name, activity }) => name === "dan" && activity?.includes("sleep")),
  );
  await spawn(client, "eli", { steps: [{ run: "echo whose > whose.txt" }] });
  await rests(client, "eli");
  const { unknown } = await client.call("change.summary", {});
  await client.call("change.assign", { position: unknown[0]?.position ?? 0, to: "eli" });
}

async function lives(clustr: RunningClustr): Promise<void> {
  const { client } = clustr;
  await client.call("agent.interrupt", { name: "dan" });
  await rests(client, "dan");
  await client.call("agent.restart", { name: "ben" });
  await client.call("agent.stop", { name: "ben" });
  await client.call("message.send", { to: "dan", content: "nobody reads this" });
  await client.call("agent.stop", { name: "dan" });
  await client.call("agent.remove", { name: "dan" });
  const shell = await client.call("shell.open", {});
  await client.call("shell.close", { id: shell.id });
  const { token } = await client.call("token.create", { name: "otto" });
  const { url, workspace } = clustr.ready;
  await fetch(`${url}/api/workspaces/${workspace}/agents/register`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
  });
  const { login } = await client.call("link.create", {});
  await fetch(login, { redirect: "manual" });
}

async function spawn(client: Client, name: string, script: object): Promise<void> {
  await client.call("agent.spawn", { name, service: "script", task: JSON.stringify(script) });
}

async function rests(client: Client, name: string): Promise<void> {
  await until(`${name} rests`, async () =>
    (await client.call("agent.list", {})).some((agent) => agent.name === name && agent.outcome === "finished"),
  );
}

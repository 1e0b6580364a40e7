import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Workspace } from "../../src/contract/workspace.ts";
import { agentToken } from "../../src/server/tokens.ts";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch, type Scratch } from "../rig/rig.ts";

/** What a quiet agent does: it says a word and stays to be reached. */
export const QUIET = JSON.stringify([{ say: "here" }]);

/** A real server as a process of its own, with a project folder and nothing of the developer's around it. */
export interface Stand extends AsyncDisposable {
  readonly clustr: RunningClustr;
  readonly place: Scratch;
  /** The project folder of the first workspace. */
  readonly project: string;
  /** Starts a script agent and resolves when it rests; its id. */
  quiet(name: string, workspace?: string): Promise<string>;
  /** Opens one more workspace, over a folder of this name. */
  open(name: string): Promise<Workspace>;
  /** The token an agent of this id has, or would have. */
  tokenOf(agent: string, workspace?: string): Promise<string>;
}

export async function openStand(env: Record<string, string> = {}): Promise<Stand> {
  const place = await scratch();
  const project = await place.folder("project");
  const clean = cleanEnv(await place.folder("user"), { SHELL: "/bin/sh", ...env });
  const clustr = await startClustr(project, join(place.path, "home"), clean);
  const own = clustr.ready.workspace;
  return {
    clustr,
    place,
    project,
    async quiet(name, workspace = own) {
      const { client } = clustr;
      const { id } = await client.in(workspace).call("agent.spawn", { name, service: "script", task: QUIET });
      const rests = async () =>
        (await client.in(workspace).call("agent.list", {})).find((one) => one.id === id)?.outcome;
      await until(`${name} rests`, async () => (await rests()) === "finished");
      return id;
    },
    open: async (name) => clustr.client.call("workspace.open", { path: await place.folder(name), trust: true }),
    async tokenOf(agent, workspace = own) {
      const secret = (await readFile(join(clustr.home, "secret"), "utf8")).trim();
      return agentToken(Buffer.from(secret, "hex"), workspace, agent);
    },
    async [Symbol.asyncDispose]() {
      await clustr[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Everybody who may knock, by what they hold. */
export interface Cast {
  /** Tokens that open nothing at all. */
  readonly refused: Record<string, string | undefined>;
  /** An agent of another workspace. */
  readonly elsewhere: string;
  /** Agents of this workspace, each with the rights of an agent. */
  readonly agents: Record<string, string>;
  readonly other: Workspace;
  /** Address of the agents' door. */
  readonly door: string;
}

/** Fills a stand with agents of every kind: at work, ended, removed, from outside, and one that was only invited. */
export async function castOf(stand: Stand): Promise<Cast> {
  const { client } = stand.clustr;
  const other = await stand.open("other");
  const [ada, stopped, removed, eve] = await Promise.all([
    stand.quiet("ada"),
    stand.quiet("sam"),
    stand.quiet("rex"),
    stand.quiet("eve", other.id),
  ]);
  await Promise.all(["sam", "rex"].map((name) => client.call("agent.stop", { name })));
  await client.call("agent.remove", { name: "rex" });
  const invite = async (name: string) => client.call("token.create", { name });
  const [otto, gone, guest] = [await invite("otto"), await invite("gone"), await invite("guest")];
  for (const { token } of [otto, gone]) {
    const path = `${stand.clustr.ready.url}/api/workspaces/${stand.clustr.ready.workspace}/agents/register`;
    const joined = await fetch(path, { method: "POST", headers: { authorization: `Bearer ${token}` } });
    if (!joined.ok) throw new Error(`an agent from outside could not join: ${await joined.text()}`);
  }
  await client.call("agent.remove", { name: "gone" });
  const right = await stand.tokenOf(ada);
  return {
    refused: {
      none: undefined,
      empty: "",
      wrong: `clustr_${randomBytes(32).toString("hex")}`,
      altered: right.slice(0, -1) + (right.endsWith("0") ? "1" : "0"),
      stopped: await stand.tokenOf(stopped),
      removed: await stand.tokenOf(removed),
      "outside, removed": gone.token,
      "never there": await stand.tokenOf("nobody"),
    },
    elsewhere: await stand.tokenOf(eve, other.id),
    agents: { agent: right, outside: otto.token, invited: guest.token },
    other,
    door: new URL(otto.url).origin,
  };
}

/** Waits for something to be so; rejects with what it was after `timeoutMs`. */
export async function until(what: string, holds: () => Promise<boolean> | boolean, timeoutMs = 30_000): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await holds()); await pause(50))
    if (Date.now() > end) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}.`);
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Agent } from "../../../src/contract/agent.ts";
import { bothTools, type BothTools } from "../../rig/both-tools.ts";
import { CLASSIC_MODEL } from "../../rig/codex-home.ts";
import type { ScriptedModel } from "../../rig/script.ts";

/** Clustr as people run it: built, by the file that is on their PATH. */
export const BUILT = { main: fileURLToPath(new URL("../../../bin/clustr.js", import.meta.url)), node: [] };
/** What nothing that is measured here should run into. */
const LIMITS = { live_agents: 100, spawns_per_minute: 600, messages_per_minute: 6_000, exchange_length: 1_000 };
/** How long an agent may take to come where it should. */
const START_MS = 90_000;

/** How an agent's program reaches Clustr. */
export interface Access {
  /** Address of the agents' door. */
  url: string;
  token: string;
}

export type ServiceName = "script" | "claude" | "codex";

/** A built Clustr on a project of one file, with agents that have nothing to do. */
export interface Quiet extends AsyncDisposable, Pick<BothTools, "clustr" | "cast" | "place" | "folder"> {
  readonly home: string;
  /** Starts an agent and waits until its first turn is over. A real tool gets a model that says nothing, unless it has one. */
  agent(name: string, service?: ServiceName): Promise<Agent>;
  /** Waits until an agent is so; rejects when it failed, or after a minute and a half. */
  until(name: string, wanted: (agent: Agent) => boolean): Promise<Agent>;
  /** The model of an agent; none has a script. */
  modelOf(name: string): ScriptedModel | undefined;
  access(agent: Agent): Promise<Access>;
}

export async function quietClustr(): Promise<Quiet> {
  const stage = await bothTools({ launch: BUILT });
  const { clustr, cast, place, folder } = stage;
  const home = join(place.path, "home", ".clustr");
  await clustr.client.call("limits.set", LIMITS);
  const models = new Map<string, ScriptedModel>();
  const until: Quiet["until"] = async (name, wanted) => {
    for (const end = Date.now() + START_MS; Date.now() < end; await wait(50)) {
      const agent = (await clustr.client.call("agent.list", {})).find((one) => one.name === name);
      if (agent && wanted(agent)) return agent;
      if (agent?.outcome === "failed") throw new Error(`${name} failed: ${agent.reason ?? ""}`);
    }
    throw new Error(`${name} did not come so far.`);
  };
  return {
    ...{ clustr, cast, place, folder, home, until },
    modelOf: (name) => models.get(name),
    async agent(name, service = "script") {
      if (service !== "script") models.set(name, cast.play(name, { otherwise: { text: "Nothing to do for now." } }));
      await clustr.client.call("agent.spawn", {
        ...{ name, service, task: service === "script" ? "[]" : "Wait for word.", autonomy: "full" as const },
        ...(service === "codex" ? { model: CLASSIC_MODEL } : {}),
      });
      return until(name, ({ outcome }) => outcome === "finished");
    },
    async access({ id, run }) {
      const file = join(home, "workspaces", clustr.ready.workspace, "runs", `${id}.${run}`, "agent.json");
      return JSON.parse(await readFile(file, "utf8")) as Access;
    },
    [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
  };
}

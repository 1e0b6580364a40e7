import { fileURLToPath } from "node:url";
import type { AgentLink, AgentSession, Detection, Service } from "../../core/ports/service.ts";
import type { Run } from "./run.ts";
import { ScriptSession } from "./session.ts";

/** The program that performs scripts: TypeScript beside the source, JavaScript in the package. */
const program = fileURLToPath(new URL(`./agent${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));

/** Agents that follow a script instead of a model: for demonstrations without an account, and for tests. */
export const script: Service = {
  id: "script",
  title: "Script",

  async detect(): Promise<Detection> {
    return {
      service: "script",
      title: "Script",
      ready: true,
      builtIn: true,
      path: program,
      loggedIn: true,
      findings: [],
    };
  },

  async open(link: AgentLink): Promise<AgentSession> {
    const { id, name, task, cwd, autonomy, run, resumed = false } = link.agent;
    const session = (resumed ? link.agent.session : undefined) ?? `${id}.${run}`;
    const config: Run = { name, task, cwd, autonomy, door: link.door, token: link.token, session, resumed };
    const file = await link.file("script.json", JSON.stringify(config));
    return new ScriptSession(link, await link.terminal({ command: link.node, args: [program, file], env: {} }));
  },
};

import { ClustrError } from "../contract/error.ts";
import type { Agent } from "../contract/agent.ts";
import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { showAgent, showResumed } from "./show/agents.ts";
import { styleOf } from "./show/style.ts";

/** Lets `resume` continue, beside one agent by name, all that a crash, a reboot or a shutdown ended. */
export function addResuming({ command, input, call, client: connected }: AddedCommand, io: Io): void {
  command.option("--all", "Continue every conversation that a crash, a reboot or a shutdown cut short");
  command.action(async (name: string | undefined) => {
    const { json } = commonOf(command);
    const { all } = command.opts<{ all?: true }>();
    if (!all) {
      const agent = (await call(await input())).output as Agent;
      return json ? printJson(io, agent) : print(io, showAgent(agent, styleOf(io)));
    }
    if (name !== undefined) throw new ClustrError("invalid", `Name one agent, or say --all, not both.`);
    const client = await connected();
    const done = await client.call("agent.resume_all", {}, { signal: io.signal });
    return json ? printJson(io, done) : print(io, showResumed(done, styleOf(io)));
  });
}

import type { Command } from "commander";
import { ClustrError, hasCode } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, connect, withCommon } from "./connect.ts";
import { print, printJson, type Io } from "./io.ts";
import { pause } from "./pause.ts";

const ENDING_MS = 40_000;

export function shutdownCommand(program: Command, cli: Cli): void {
  const command = withCommon(program.command("shutdown"))
    .description("End all agents, the terminal host and the server")
    .helpGroup("Server:")
    .option("--keep-agents", "End only the server; agents go on running")
    .action(async () => {
      const { io } = cli;
      const keepAgents = command.opts<{ keepAgents?: boolean }>().keepAgents === true;
      const { access, ended } = await end(io, keepAgents);
      if (access.pid !== undefined) await processGone(io, access.pid);
      if (commonOf(command).json) printJson(io, ended);
      else print(io, keepAgents ? 'The server has ended; agents go on running. "clustr" brings it back.' : `Ended ${ended.agents_ended === 1 ? "1 agent" : `${ended.agents_ended} agents`} and the server.`);
      if (ended.survivors.length > 0) {
        throw new ClustrError("internal", `These processes could not be ended: ${ended.survivors.join(", ")}. End them with: kill -9 ${ended.survivors.join(" ")}`);
      }
    });
}

async function end(io: Io, keepAgents: boolean) {
  try {
    const { access, home } = await connect(io);
    return { access, ended: await home.call("server.shutdown", { keep_agents: keepAgents }, { signal: io.signal, timeoutMs: ENDING_MS }) };
  } catch (error) {
    if (!hasCode(error, "unavailable")) throw error;
    throw new ClustrError("unavailable", `${error.message} Agents of an earlier server may still run: only a server can end them, so start one first.`, { cause: error });
  }
}

/** The server answers before it leaves; whoever types the next command expects it gone. */
async function processGone(io: Io, pid: number): Promise<void> {
  const until = Date.now() + 20_000;
  while (isAlive(pid)) {
    if (Date.now() > until) throw new ClustrError("internal", `Agents have ended, but the server (process ${pid}) has not left within 20 s. End it with: kill -9 ${pid}`);
    await pause(50, io.signal);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

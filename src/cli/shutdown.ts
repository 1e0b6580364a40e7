import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { ClustrError, hasCode } from "../contract/error.ts";
import type { Cli } from "./cli.ts";
import { commonOf, connect, withCommon } from "./connect.ts";
import { print, printJson, type Io } from "./io.ts";
import { pause } from "./pause.ts";
import { homeOf } from "./server-file.ts";
import { serveOnce } from "./start.ts";

const ENDING_MS = 40_000;

/** `clustr shutdown`: ends agents, terminal host and server, and waits until they are gone. */
export function shutdownCommand(program: Command, cli: Cli): void {
  const command = withCommon(program.command("shutdown"))
    .description("End all agents, the terminal host and the server")
    .helpGroup("Server:")
    .option("--keep-agents", "End only the server; agents go on running")
    .action(async () => {
      const { io } = cli;
      const keepAgents = command.opts<{ keepAgents?: boolean }>().keepAgents === true;
      const { pid, ended } = await end(cli, keepAgents);
      if (pid !== undefined) await processGone(io, pid);
      if (commonOf(command).json) printJson(io, ended);
      else print(io, keepAgents ? KEPT : farewell(ended.agents_ended, pid !== undefined));
      if (ended.survivors.length > 0) {
        throw new ClustrError(
          "internal",
          `These processes could not be ended: ${ended.survivors.join(", ")}. End them with: kill -9 ${ended.survivors.join(" ")}`,
        );
      }
    });
}

const KEPT = 'The server has ended; agents go on running. "clustr" brings it back.';

function farewell(agents: number, served: boolean): string {
  if (!served && agents === 0) return "No server was running, and no agents were left.";
  return `Ended ${agents === 1 ? "1 agent" : `${agents} agents`}${served ? " and the server" : "; no server was running"}.`;
}

interface Ended {
  agents_ended: number;
  survivors: number[];
}

/** Ends what runs. Agents whose server is gone are ended by one that is brought up for that alone. */
async function end(cli: Cli, keepAgents: boolean): Promise<{ pid?: number | undefined; ended: Ended }> {
  const { io } = cli;
  const options = { signal: io.signal, timeoutMs: ENDING_MS };
  try {
    const { access, home } = await connect(io);
    return { pid: access.pid, ended: await home.call("server.shutdown", { keep_agents: keepAgents }, options) };
  } catch (error) {
    const leftovers = !io.env["CLUSTR_AGENT"] && existsSync(join(homeOf(io), "home.db"));
    if (!hasCode(error, "unavailable") || keepAgents || !leftovers) throw error;
  }
  let ended: Ended = { agents_ended: 0, survivors: [] };
  await serveOnce(cli, async (client) => {
    ended = await client.call("server.shutdown", {}, options);
  });
  return { ended };
}

/** The server answers before it leaves; whoever types the next command expects it gone. */
async function processGone(io: Io, pid: number): Promise<void> {
  const until = performance.now() + 20_000;
  while (isAlive(pid)) {
    if (performance.now() > until)
      throw new ClustrError(
        "internal",
        `Agents have ended, but the server (process ${pid}) has not left within 20 s. End it with: kill -9 ${pid}`,
      );
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

import type { Agent } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import { commonOf } from "./connect.ts";
import type { AddedCommand } from "./derive.ts";
import { print, printJson, type Io } from "./io.ts";
import { showAgent } from "./show/agents.ts";
import { styleOf } from "./show/style.ts";
import { failureOf, waitFor, type Awaited } from "./wait.ts";

/** Lets `spawn` wait for what it started. */
export function addWaiting({ command, input, call }: AddedCommand, io: Io): void {
  command
    .option("--wait <status>", "Return only when the agent is running, or done [running|done]; fails if it failed")
    .option("--timeout <seconds>", "How long --wait may take (default: without end)")
    .action(async () => {
      const { wait, timeout } = command.opts<{ wait?: string; timeout?: string }>();
      const wanted = awaitedOf(wait);
      const timeoutMs = timeoutOf(timeout, wanted);
      const { client, output } = await call(await input());
      const spawned = output as Agent;
      const agent = wanted === undefined ? spawned : await waitFor(client, io, spawned, wanted, timeoutMs);
      if (commonOf(command).json) printJson(io, agent);
      else print(io, showAgent(agent, styleOf(io)));
      const failure = wanted === undefined ? undefined : failureOf(agent);
      if (failure) throw failure;
    });
}

function awaitedOf(text: string | undefined): Awaited | undefined {
  if (text === undefined || text === "running" || text === "done") return text;
  throw new ClustrError("invalid", `--wait is one of running, done, not "${text}".`);
}

function timeoutOf(text: string | undefined, wanted: Awaited | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (wanted === undefined) throw new ClustrError("invalid", "--timeout belongs to --wait.");
  if (!(seconds > 0 && seconds <= 1_000_000))
    throw new ClustrError("invalid", `--timeout takes seconds above 0, not "${text}".`);
  return seconds * 1000;
}

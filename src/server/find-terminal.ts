import { setTimeout as wait } from "node:timers/promises";
import { ClustrError } from "../contract/error.ts";
import { shellOf } from "../contract/shell-address.ts";
import type { OpenWorkspace } from "../core/core.ts";
import type { TerminalHost, TerminalInfo } from "../core/ports/terminal.ts";

/** How long an agent that is just starting may take to get its terminal, ms. */
const START_MS = 30_000;
const LOOK_MS = 250;

/** The terminal of an agent's present run; waits while the agent is only starting. @throws ClustrError `not_found` */
export async function findTerminal(
  workspace: OpenWorkspace,
  host: TerminalHost,
  name: string,
  signal: AbortSignal,
): Promise<TerminalInfo> {
  for (const end = performance.now() + START_MS; ; await wait(LOOK_MS, undefined, { signal })) {
    const id = workspace.terminalOf(name);
    const terminal = id === undefined ? undefined : await host.info(id);
    if (terminal) return terminal;
    const agent = Object.values(workspace.view().agents).findLast((one) => one.name === name);
    if (!agent)
      throw new ClustrError(
        "not_found",
        shellOf(name) === undefined ? `There is no agent "${name}".` : "This shell has ended.",
      );
    if (agent.status !== "spawning" || agent.external || performance.now() > end) {
      throw new ClustrError(
        "not_found",
        `Agent "${name}" has no terminal${agent.external ? ": it was started outside Clustr" : " now"}.`,
      );
    }
  }
}

import { ClustrError } from "../contract/error.ts";
import type { terminals } from "../contract/operations/terminals.ts";
import { agentNamed } from "./agents.ts";
import { terminalId } from "./agent-run.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import type { Screens } from "./ports/screen.ts";

/** What an agent's terminal shows. Bytes go over the socket, never through operations. */
export function terminalHandlers(screens: Screens): Handlers<typeof terminals, WorkspaceCall> {
  return {
    "terminal.screen": async (call, { name }) => {
      const agent = agentNamed(call.view(), name);
      if (agent.external) throw new ClustrError("invalid", `${agent.name} was started outside Clustr; its terminal is there.`);
      const { lines, cols, rows, title, offset, exact } = await screens.state(terminalId(agent));
      return { lines: lines.map(({ text }) => text), cols, rows, title, offset, exact };
    },
  };
}

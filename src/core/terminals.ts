import { ClustrError } from "../contract/error.ts";
import type { terminals } from "../contract/operations/terminals.ts";
import { agentNamed } from "./agents.ts";
import { terminalId } from "./runs/terminals.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import type { Screens } from "./ports/screen.ts";

/** What an agent's terminal shows. Bytes go over the socket, never through operations. */
export function terminalHandlers(screens: Screens): Handlers<typeof terminals, WorkspaceCall> {
  return {
    "terminal.screen": async (call, { name }) => {
      const agent = agentNamed(call.view(), name);
      if (agent.external)
        throw new ClustrError("invalid", `${agent.name} was started outside Clustr; its terminal is there.`);
      const terminal = terminalId(agent);
      const { lines, cols, rows, title, offset, exact } = await screens.state(terminal);
      // Nothing more will be printed there: the screen is made anew from the journal when it is asked for again.
      if (!agent.live) screens.release(terminal);
      return { lines: lines.map(({ text }) => text), cols, rows, title, offset, exact };
    },
  };
}

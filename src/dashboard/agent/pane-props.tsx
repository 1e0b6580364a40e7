import { useCallback } from "react";
import type { Agent } from "../../contract/agent.ts";
import { attachToMessage } from "../composer/focus.ts";
import { Chip } from "../controls/chip.tsx";
import { useAct, useOnline } from "../live/here.tsx";
import { roomOf } from "../route/rooms.ts";
import { goToRoom } from "../shell/places.ts";
import type { TerminalPaneProps } from "../terminals/pane.tsx";

/** What the page adds to an agent's terminal: what can be done when it has ended, where links lead, how far it may go. */
export function usePaneProps(): (agent: Agent) => Partial<TerminalPaneProps> {
  const act = useAct();
  const online = useOnline();
  return useCallback(
    (agent) => {
      const { name, live, session, autonomy, cwd } = agent;
      return {
        onRestart: online ? () => void act((client) => client.call("agent.restart", { name })) : undefined,
        onResume:
          online && !live && session !== undefined
            ? () => void act((client) => client.call("agent.resume", { name }))
            : undefined,
        onReview: roomOf("changes") ? () => goToRoom("changes", { agent: name }) : undefined,
        onPath: roomOf("files")
          ? ({ path, line }) =>
              goToRoom("files", { path, from: cwd, ...(line !== undefined && { line: String(line) }) })
          : undefined,
        onFiles: (files) => attachToMessage(files, name),
        actions:
          autonomy === "full" ? (
            <Chip danger>asks nothing</Chip>
          ) : autonomy === "ask" ? (
            <Chip>asks for everything</Chip>
          ) : undefined,
      };
    },
    [act, online],
  );
}

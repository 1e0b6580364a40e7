import type { ReactNode } from "react";
import type { Agent } from "../../contract/agent.ts";
import { AgentMark, StandingWord } from "../agent/mark.tsx";
import { lineOf } from "../agent/standing.ts";
import { IconButton } from "../controls/button.tsx";
import { Ago } from "../controls/time.tsx";

interface HeaderProps {
  agent: Agent;
  onFind: (() => void) | undefined;
  onMaximise: (() => void) | undefined;
  maximised: boolean;
  /** More of the page's own buttons. */
  actions: ReactNode;
}

/** Who is in a terminal and how it stands. It can hold the focus: that is where the way out of a terminal leads. */
export function PaneHeader({ agent, onFind, onMaximise, maximised, actions }: HeaderProps) {
  const { name, service, spawned_at } = agent;
  return (
    <header className="pane-header" tabIndex={-1} data-leave aria-label={`${name}, terminal`}>
      <AgentMark name={name} />
      <h2>{name}</h2>
      <StandingWord agent={agent} />
      <span className="pane-line" title={lineOf(agent)}>
        {lineOf(agent)}
      </span>
      <span className="pane-meta">
        {service} · <Ago at={spawned_at} />
      </span>
      {onFind && (
        <IconButton icon="search" label={`Find in the terminal of ${name}`} keys="Ctrl Shift F" onClick={onFind} />
      )}
      {onMaximise && (
        <IconButton
          icon={maximised ? "grid" : "open"}
          label={maximised ? "Back to the grid" : `Only ${name}`}
          onClick={onMaximise}
        />
      )}
      {actions}
    </header>
  );
}

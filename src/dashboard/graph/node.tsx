import type { Agent } from "../../contract/agent.ts";
import { StandingWord } from "../agent/mark.tsx";
import { useSelected } from "../agent/selected.ts";
import { Name, WhoMark } from "../messages/who.tsx";

interface NodeProps {
  name: string;
  /** Undefined for the person. */
  agent: Agent | undefined;
  /** How many messages went to everyone. */
  toAll: number;
  onSelect: () => void;
  onBroadcasts: () => void;
}

/** Somebody in the graph: who they are and how they stand. */
export function Node({ name, agent, toAll, onSelect, onBroadcasts }: NodeProps) {
  const selected = useSelected();
  const current = agent !== undefined && selected?.id === agent.id;
  return (
    <div className="graph-node">
      <button
        type="button"
        className="graph-who"
        data-tip={name === "human" ? undefined : name}
        aria-current={current ? "true" : undefined}
        onClick={onSelect}
      >
        <WhoMark of={name} />
        <span className="graph-name">
          <Name of={name} strong />
        </span>
        {agent && <StandingWord agent={agent} />}
      </button>
      {toAll > 0 && (
        <button type="button" className="graph-all" onClick={onBroadcasts}>
          {toAll} to all
        </button>
      )}
    </div>
  );
}

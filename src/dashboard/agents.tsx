import type { Agent } from "../contract/agent.ts";

/** How an agent stands, as a mark, a word and a colour. Never by colour alone. */
function standing(agent: Agent): { mark: string; word: string; tone: string } {
  if (agent.attention) return { mark: "▲", word: "needs you", tone: "attention" };
  if (agent.stopping) return { mark: "◌", word: "stopping", tone: "muted" };
  if (agent.status === "spawning") return { mark: "◌", word: "spawning", tone: "muted" };
  if (agent.status === "running")
    return { mark: "●", word: agent.sure ? "running" : "running, perhaps", tone: "running" };
  if (agent.outcome === "failed" || agent.outcome === "lost") return { mark: "✕", word: agent.outcome, tone: "failed" };
  return { mark: "✓", word: agent.outcome ?? "done", tone: "done" };
}

function Standing({ agent }: { agent: Agent }) {
  const { mark, word, tone } = standing(agent);
  return (
    <span className="standing" data-tone={tone}>
      <span aria-hidden="true">{mark}</span> {word}
    </span>
  );
}

/** Those that need a person come first, then the live ones. */
function byUrgency(a: Agent, b: Agent): number {
  const rank = (agent: Agent) => (agent.attention ? 0 : agent.live ? 1 : 2);
  return rank(a) - rank(b);
}

interface ListProps {
  agents: Agent[];
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/** All agents of the workspace, what needs attention first. */
export function AgentList({ agents, selected, onSelect }: ListProps) {
  if (agents.length === 0) {
    return (
      <p className="empty">
        No agents yet. Start one: <code>clustr spawn ada --task "…"</code>
      </p>
    );
  }
  return (
    <ul>
      {agents.toSorted(byUrgency).map((agent) => (
        <li key={agent.id}>
          <button aria-current={agent.id === selected ? "true" : undefined} onClick={() => onSelect(agent.id)}>
            <span className="name">{agent.name}</span>
            <Standing agent={agent} />
            <span className="doing">{agent.attention?.title ?? agent.working_on ?? agent.activity ?? agent.task}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Who is in the terminal below, and why it failed, if it did. */
export function AgentHeader({ agent }: { agent: Agent }) {
  const trouble = agent.outcome === "failed" || agent.outcome === "lost" ? agent.reason : undefined;
  return (
    <div className="agent">
      <h1>{agent.name}</h1>
      <span className="muted">{agent.service}</span>
      <span className="muted" data-autonomy={agent.autonomy}>
        {agent.autonomy}
      </span>
      <Standing agent={agent} />
      {trouble && (
        <p role="alert" className="trouble">
          {trouble}
        </p>
      )}
    </div>
  );
}

import "./roster.css";
import { useSelected, showAgent } from "../agent/selected.ts";
import { AgentMark, StandingWord } from "../agent/mark.tsx";
import { byStanding, lineOf } from "../agent/standing.ts";
import { Empty } from "../controls/empty.tsx";
import { Ago } from "../controls/time.tsx";
import { sameItems, useView } from "../live/here.tsx";

/** All agents, whoever needs a person first. */
export function Roster() {
  const agents = useView(({ agents }) => Object.values(agents).sort(byStanding), sameItems);
  const selected = useSelected();
  return (
    <div className="roster">
      <header>
        <h2>Agents</h2>
      </header>
      {agents.length === 0 ? (
        <Empty title="No agents yet">
          Start one: <code>clustr spawn ada --task "…"</code>
        </Empty>
      ) : (
        <ul className="scroll">
          {agents.map((agent) => (
            <li key={agent.id} className="roster-row">
              <button
                type="button"
                aria-current={agent.id === selected?.id ? "true" : undefined}
                onClick={() => showAgent(agent, agents)}
              >
                <AgentMark name={agent.name} />
                <span className="roster-who">
                  <span className="roster-name clip">
                    {agent.name} <small>{agent.service}</small>
                  </span>
                  <StandingWord agent={agent} />
                </span>
                <span className="roster-what">
                  <span className="clip">{lineOf(agent)}</span>
                  <Ago at={agent.status_at} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

import { AgentMark } from "../agent/mark.tsx";
import { sameItems, useView } from "../live/here.tsx";

/** Who works with the newest rules, and who with older ones. */
export function Readers() {
  const live = useView(({ agents }) => Object.values(agents).filter((agent) => agent.live), sameItems);
  const revision = useView((view) => view.rules.revision);
  const behind = live.filter((agent) => agent.rules_revision < revision);
  if (live.length === 0 || revision === 0) return null;
  if (behind.length === 0)
    return (
      <p className="meta">
        {live.length === 1 ? `${live[0]?.name ?? ""} has read it.` : `All ${live.length} agents have read it.`}
      </p>
    );
  return (
    <p className="rules-readers meta">
      Not read yet by
      {behind.map(({ id, name, rules_revision }) => (
        <span key={id} className="rules-reader" title={`${name} has revision ${rules_revision}`}>
          <AgentMark name={name} />
          <span className="clip">{name}</span>
        </span>
      ))}
    </p>
  );
}

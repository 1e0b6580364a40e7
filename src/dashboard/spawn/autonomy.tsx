import { useId } from "react";
import type { Autonomy } from "../../contract/agent.ts";

const CHOICES: { autonomy: Autonomy; title: string; means: string }[] = [
  { autonomy: "ask", title: "Ask", means: "It asks you before everything that its tool can ask about." },
  {
    autonomy: "auto",
    title: "Auto",
    means: "It edits files and works in its tool's own safe mode; what goes further, it asks you.",
  },
  {
    autonomy: "full",
    title: "Full",
    means:
      "It asks nothing: any command it thinks of runs at once, as you, on this machine. A rollback brings files back, not what a command did elsewhere.",
  },
];

/** What the agent may do unasked, with what that means. */
export function AutonomyChoice({ chosen, onChoose }: { chosen: Autonomy; onChoose: (autonomy: Autonomy) => void }) {
  const name = useId();
  const now = CHOICES.find(({ autonomy }) => autonomy === chosen);
  return (
    <fieldset className="spawn-set" aria-describedby={`${name}-means`}>
      <legend>Autonomy</legend>
      <div className="spawn-autonomy">
        <div className="spawn-segments">
          {CHOICES.map(({ autonomy, title }) => (
            <label key={autonomy} data-autonomy={autonomy}>
              <input
                type="radio"
                name={name}
                value={autonomy}
                checked={autonomy === chosen}
                onChange={() => onChoose(autonomy)}
              />
              {title}
            </label>
          ))}
        </div>
        <p id={`${name}-means`} className="spawn-means" data-autonomy={chosen}>
          {now?.means}
        </p>
      </div>
    </fieldset>
  );
}

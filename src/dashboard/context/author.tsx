import { HUMAN, SYSTEM } from "../../contract/actor.ts";
import { hueStyle, useHue } from "../agent/hue.ts";
import { whoWords } from "../text/who.ts";

/** Who wrote something: an agent in its colour, the others without one. */
export function Author({ name }: { name: string }) {
  const hue = useHue(name);
  if (name === HUMAN || name === SYSTEM) return <span className="context-author">{whoWords(name)}</span>;
  return (
    <span className="context-author hue-ink" style={hueStyle(hue)}>
      {name}
    </span>
  );
}

import { hueStyle, useHue } from "../agent/hue.ts";

/** Who wrote something: an agent in its colour, the person without one. */
export function Author({ name }: { name: string }) {
  const hue = useHue(name);
  if (name === "human") return <span className="context-author">{name}</span>;
  return (
    <span className="context-author hue-ink" style={hueStyle(hue)}>
      {name}
    </span>
  );
}

import "./mark.css";
import type { Agent } from "../../contract/agent.ts";
import { hash, hueStyle, useHue } from "./hue.ts";
import { standingOf, type Tone } from "./standing.ts";

/** An agent's own constellation: four or five points, the same for the same name for ever. Says nothing by itself. */
export function AgentMark({ name }: { name: string }) {
  const points = constellation(name);
  return (
    <svg className="agent-mark" viewBox="0 0 20 20" style={hueStyle(useHue(name))} aria-hidden="true">
      <rect width="20" height="20" rx="5" />
      <polyline points={points.map(({ x, y }) => `${x},${y}`).join(" ")} />
      {points.map(({ x, y, r }) => (
        <circle key={`${x},${y}`} cx={x} cy={y} r={r} />
      ))}
    </svg>
  );
}

/** Points on a ring around the middle, so that no two are on top of each other. */
function constellation(name: string): { x: number; y: number; r: number }[] {
  let seed = hash(name) || 1;
  const next = () => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) / 4294967296;
  };
  next();
  const count = 4 + Math.round(next());
  const turn = next() * Math.PI;
  return Array.from({ length: count }, (_, index) => {
    const angle = turn + (index / count) * Math.PI * 2 + next() * 0.7;
    const radius = 3 + next() * 4;
    return {
      x: round(10 + Math.cos(angle) * radius),
      y: round(10 + Math.sin(angle) * radius),
      r: index === 0 ? 1.7 : 1.15,
    };
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const SHAPES: Record<Tone, string> = {
  attention: "M6 1.2 11.4 10.6H.6z",
  failed: "M2.5 2.5l7 7M9.5 2.5l-7 7",
  running: "M6 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8",
  spawning: "M6 1.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4",
  done: "m1.8 6.4 2.9 2.9 5.5-6",
  stopped: "M2.8 2.8h6.4v6.4H2.8z",
};

/** A status as a shape, in its colour. Put the word beside it. */
export function StandingShape({ tone }: { tone: Tone }) {
  return (
    <svg className="standing-shape" data-tone={tone} viewBox="0 0 12 12" aria-hidden="true">
      <path d={SHAPES[tone]} />
    </svg>
  );
}

/** How an agent stands, in shape, word and colour. */
export function StandingWord({ agent }: { agent: Agent }) {
  const { tone, word } = standingOf(agent);
  return (
    <span className="standing" data-tone={tone}>
      <StandingShape tone={tone} />
      {word}
    </span>
  );
}

import { hueStyle, useHue } from "../agent/hue.ts";
import { isThere, type Lane } from "./lanes.ts";
import type { Entry } from "./entries.ts";

/** Middle of the first line of a row, in pixels. */
const MIDDLE = 17;

interface LaneDrawingProps {
  lanes: readonly Lane[];
  entry: Entry;
  /** Pixels from lane to lane. */
  step: number;
}

/** A row's part of the lanes: who was there, who did something, and whom it reached. */
export function LaneDrawing({ lanes, entry, step }: LaneDrawingProps) {
  const x = (index: number) => step / 2 + index * step;
  const own = lanes.findIndex(({ id }) => id === entry.lane);
  const reached = lanes.flatMap(({ id }, index) => (index !== own && entry.to.includes(id) ? [index] : []));
  const ends = own >= 0 ? [own, ...reached] : [];
  return (
    <span className="timeline-lanes" style={{ width: lanes.length * step }}>
      <svg width={lanes.length * step} aria-hidden="true">
        {lanes.map((lane, index) => (
          <LaneLine key={lane.id} lane={lane} at={entry.at} x={x(index)} />
        ))}
        {ends.length > 1 && (
          <line
            className="timeline-reach"
            x1={x(Math.min(...ends))}
            x2={x(Math.max(...ends))}
            y1={MIDDLE}
            y2={MIDDLE}
          />
        )}
        {reached.map((index) => (
          <circle key={index} className="timeline-end" cx={x(index)} cy={MIDDLE} r={3} />
        ))}
        {own >= 0 && <Dot name={lanes[own]?.name ?? ""} x={x(own)} tone={entry.tone} />}
      </svg>
    </span>
  );
}

function LaneLine({ lane, at, x }: { lane: Lane; at: string; x: number }) {
  const hue = useHue(lane.name);
  const { above, below } = isThere(lane, at);
  return (
    <g className={lane.id === "human" ? "timeline-lane" : "timeline-lane hue-ink"} style={hueStyle(hue)}>
      {above && <line x1={x} x2={x} y1={0} y2={MIDDLE} />}
      {below && <line x1={x} x2={x} y1={MIDDLE} y2="100%" />}
    </g>
  );
}

function Dot({ name, x, tone }: { name: string; x: number; tone: Entry["tone"] }) {
  const hue = useHue(name);
  return (
    <circle
      className={name === "human" ? "timeline-dot" : "timeline-dot hue-ink"}
      style={hueStyle(hue)}
      data-tone={tone}
      cx={x}
      cy={MIDDLE}
      r={4.5}
    />
  );
}

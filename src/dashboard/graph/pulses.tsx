import { useEffect, useState } from "react";
import { nameOf } from "../../contract/actor.ts";
import { hueStyle, useHue } from "../agent/hue.ts";
import { useHere } from "../live/here.tsx";
import { lineOf, type Point } from "./places.ts";

/** Pulses at once: in a flood more would say nothing more. */
const MOST = 40;
const still = matchMedia("(prefers-reduced-motion: reduce)");

interface Pulse {
  key: string;
  from: string;
  to: string;
}

interface PulsesProps {
  places: ReadonlyMap<string, Point>;
  middle: Point;
}

/** A point that runs from sender to recipient when a message is sent; none where motion is not wanted. */
export function Pulses({ places, middle }: PulsesProps) {
  const { live } = useHere();
  const [pulses, setPulses] = useState<Pulse[]>([]);
  useEffect(
    () =>
      live.onEvent((event) => {
        if (event.type !== "message.sent" || still.matches || document.hidden) return;
        const from = nameOf(event.actor);
        const news = event.data.recipients.map(({ name }) => ({ key: `${event.id} ${name}`, from, to: name }));
        setPulses((was) => [...was, ...news].slice(-MOST));
      }),
    [live],
  );
  return (
    <div aria-hidden="true">
      {pulses.map((pulse) => {
        const from = places.get(pulse.from);
        const to = places.get(pulse.to);
        return (
          from &&
          to && (
            <PulsePoint
              key={pulse.key}
              from={pulse.from}
              path={lineOf(from, to, middle)}
              onEnd={() => setPulses((was) => was.filter(({ key }) => key !== pulse.key))}
            />
          )
        );
      })}
    </div>
  );
}

function PulsePoint({ from, path, onEnd }: { from: string; path: string; onEnd: () => void }) {
  const hue = useHue(from);
  return (
    <i
      className={from === "human" ? "graph-pulse" : "graph-pulse hue-ink"}
      style={{ ...hueStyle(hue), offsetPath: `path("${path}")` }}
      onAnimationEnd={onEnd}
    />
  );
}

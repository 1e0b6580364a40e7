import { useCallback, useMemo, useState } from "react";
import { ALL } from "../../contract/actor.ts";
import type { Agent } from "../../contract/agent.ts";
import { hueStyle, useHue } from "../agent/hue.ts";
import { addressOf } from "../agent/selected.ts";
import { goToRoom } from "../shell/places.ts";
import { go } from "../route/route.ts";
import type { Link } from "./links.ts";
import { Node } from "./node.tsx";
import { isTight, lineOf, ringOf, widthOf, type Point } from "./places.ts";
import { Pulses } from "./pulses.tsx";
import { nameWords } from "../messages/names.ts";
import { ANY } from "../messages/wanted.ts";

interface DrawingProps {
  /** Who is shown, the person first. */
  names: readonly string[];
  agents: Readonly<Record<string, Agent>>;
  links: readonly Link[];
  broadcasts: readonly Link[];
}

/** A ring of everybody, with a line for each who wrote to whom. It is never set in motion by itself. */
export function Drawing({ names, agents, links, broadcasts }: DrawingProps) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const measure = useCallback((box: HTMLDivElement | null) => {
    if (!box) return undefined;
    const look = () => setSize({ width: box.clientWidth, height: box.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    look();
    return () => observer.disconnect();
  }, []);
  const all = Object.values(agents);
  const { width, height } = size;
  const tight = isTight(names.length, width);
  const places = useMemo(() => {
    const ring = ringOf(names.length, width, height);
    return new Map(names.map((name, index): [string, Point] => [name, ring[index] ?? { x: 0, y: 0 }]));
  }, [names, width, height]);
  const middle = useMemo(() => middleOf([...places.values()]), [places]);
  const most = Math.max(...broadcasts.map(({ count }) => count), 0);
  return (
    <div className="graph" ref={measure} data-tight={tight}>
      {width > 0 && (
        <>
          <svg width={width} height={height} aria-hidden="true">
            {links.map((link) => {
              const from = places.get(link.from);
              const to = places.get(link.to);
              return from && to && <Line key={link.key} link={link} path={lineOf(from, to, middle)} />;
            })}
            {broadcasts.map(({ key, from, count }) => {
              const at = places.get(from);
              return at && <Ring key={key} name={from} at={at} radius={tight ? 17 : 22} share={count / most} />;
            })}
          </svg>
          <Pulses places={places} middle={middle} />
          <ul className="graph-nodes" aria-label="Who is here">
            {names.map((name, index) => {
              const agent =
                agents[all.findLast((one) => one.name === name && one.live)?.id ?? ""] ??
                all.findLast((one) => one.name === name);
              const at = places.get(name) ?? { x: 0, y: 0 };
              const toAll = broadcasts.find(({ from }) => from === name)?.count ?? 0;
              return (
                <li
                  key={name}
                  data-side={!tight && at.y < middle.y - 1 ? "above" : "below"}
                  style={{ transform: `translate(${at.x}px, ${at.y}px)` }}
                >
                  <Node
                    name={name}
                    agent={index === 0 ? undefined : agent}
                    toAll={toAll}
                    onSelect={() =>
                      agent ? go({ agent: addressOf(agent, all) }) : goToRoom("messages", { ...ANY, who: name })
                    }
                    onBroadcasts={() => goToRoom("messages", { ...ANY, who: name, what: "broadcast" })}
                  />
                </li>
              );
            })}
          </ul>
        </>
      )}
    </div>
  );
}

function Line({ link: { from, to, count }, path }: { link: Link; path: string }) {
  const hue = useHue(from);
  const words = `${nameWords(from)} to ${nameWords(to)}: ${count} message${count === 1 ? "" : "s"}`;
  return (
    <g className="graph-line" style={hueStyle(hue)} data-you={from === "human"}>
      <path className={from === "human" ? undefined : "hue-ink"} d={path} strokeWidth={widthOf(count)} />
      {/* What is pointed at is wider than what is seen; by keyboard the table has the same. */}
      <path
        className="graph-hit"
        d={path}
        data-tip={words}
        data-link={`${from} ${to}`}
        onClick={() => goToRoom("messages", { ...ANY, who: `${from},${to}`, what: "direct" })}
      />
    </g>
  );
}

/** Broadcasts go to everybody: a ring around who sent them, instead of a line to each. */
function Ring({ name, at, radius, share }: { name: string; at: Point; radius: number; share: number }) {
  const hue = useHue(name);
  return (
    <circle
      className={name === "human" ? "graph-ring" : "graph-ring hue-ink"}
      style={hueStyle(hue)}
      cx={at.x}
      cy={at.y}
      r={radius}
      strokeWidth={1 + share * 2}
      data-to={ALL}
    />
  );
}

function middleOf(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  return { x: sum.x / Math.max(1, points.length), y: sum.y / Math.max(1, points.length) };
}

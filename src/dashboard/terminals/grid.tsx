import "./grid.css";
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import type { Stream } from "../../client/stream.ts";
import type { Agent } from "../../contract/agent.ts";
import { Edge } from "./edge.tsx";
import { moveEdge, partsFor, shapeOf, type GridLayout, type GridSizes } from "./grid-shape.ts";
import { TerminalPane, type TerminalPaneProps } from "./pane.tsx";

export interface TerminalGridProps {
  stream: Stream;
  /** Who is shown, in this order; those beyond the layout are not. */
  agents: Agent[];
  layout: GridLayout;
  /** All of them below each other. */
  stacked?: boolean;
  /** Id of the agent whose terminal has, or is to have, the keyboard. */
  focused?: string | undefined;
  onFocus?: ((agent: Agent) => void) | undefined;
  onMaximise?: ((agent: Agent) => void) | undefined;
  /** What was kept of earlier `onSizes`. */
  sizes?: GridSizes | undefined;
  onSizes?: ((sizes: GridSizes) => void) | undefined;
  /** What stands where there is no agent, e.g. a button to spawn one. */
  vacant?: ReactNode;
  /** What every pane gets besides: actions, what to do with links, how it is drawn. */
  pane?: (agent: Agent) => Partial<TerminalPaneProps>;
}

/** Several terminals beside each other, with edges that move. */
export function TerminalGrid(props: TerminalGridProps) {
  const { stream, agents, layout, focused, onFocus, onMaximise, onSizes, vacant, pane } = props;
  const grid = useRef<HTMLDivElement>(null);
  const width = useWidth(grid);
  const shape = shapeOf(layout, width, props.stacked);
  const [sizes, setSizes] = useState(props.sizes);
  const columns = partsFor(sizes?.columns, shape.columns);
  const rows = partsFor(sizes?.rows, shape.rows);
  const slots = Array.from({ length: layout }, (_, slot) => agents[slot]);

  const change = (next: Partial<GridSizes>, rests: boolean) => {
    const changed = { columns, rows, ...next };
    setSizes(changed);
    if (rests) onSizes?.(changed);
  };

  return (
    <div ref={grid} className="terminal-grid" style={{ gridTemplate: `${tracks(rows)} / ${tracks(columns)}` }}>
      {slots.map((agent, slot) => {
        const area = areaOf(slot, shape.columns);
        return agent ? (
          <Cell key={`${agent.id}.${agent.run}`} area={area}>
            <TerminalPane
              {...{ stream, agent }}
              focus={focused === agent.id}
              onFocus={() => onFocus?.(agent)}
              onMaximise={onMaximise && layout > 1 ? () => onMaximise(agent) : undefined}
              {...pane?.(agent)}
            />
          </Cell>
        ) : (
          // oxlint-disable-next-line react/no-array-index-key -- an empty place is its place and nothing else.
          <div key={`vacant ${slot}`} className="grid-empty" style={{ gridArea: area }}>
            {vacant}
          </div>
        );
      })}
      {columns.slice(1).map((_, at) => (
        <Edge
          key={`column ${at + 1}`}
          runs="vertical"
          label={`Edge between columns ${at + 1} and ${at + 2}`}
          share={shareOf(columns, at)}
          style={{ gridArea: `1 / ${2 * at + 2} / -1` }}
          onMove={(by, rests) => change({ columns: moveEdge(columns, at, by) }, rests)}
          onReset={() => change({ columns: partsFor(undefined, shape.columns) }, true)}
        />
      ))}
      {rows.slice(1).map((_, at) => (
        <Edge
          key={`row ${at + 1}`}
          runs="horizontal"
          label={`Edge between rows ${at + 1} and ${at + 2}`}
          share={shareOf(rows, at)}
          style={{ gridArea: `${2 * at + 2} / 1 / auto / -1` }}
          onMove={(by, rests) => change({ rows: moveEdge(rows, at, by) }, rests)}
          onReset={() => change({ rows: partsFor(undefined, shape.rows) }, true)}
        />
      ))}
    </div>
  );
}

function Cell({ area, children }: { area: string; children: ReactNode }) {
  return (
    <div className="grid-cell" style={{ gridArea: area }}>
      {children}
    </div>
  );
}

/** Tracks of a grid with a hairline between any two. */
function tracks(parts: readonly number[]): string {
  return parts.map((part) => `minmax(0, ${part.toFixed(4)}fr)`).join(" 1px ");
}

function areaOf(slot: number, columns: number): string {
  return `${2 * Math.floor(slot / columns) + 1} / ${2 * (slot % columns) + 1}`;
}

function shareOf(parts: readonly number[], at: number): number {
  const [before = 0, after = 1] = parts.slice(at, at + 2);
  return before / (before + after);
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(1_200);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new ResizeObserver(() => setWidth(target.clientWidth));
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

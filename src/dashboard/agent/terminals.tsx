import "./terminals.css";
import type { Agent } from "../../contract/agent.ts";
import { Button, IconButton } from "../controls/button.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { keep, kept } from "../live/kept.ts";
import { sameItems, useHere, useView } from "../live/here.tsx";
import { commandOf } from "../route/rooms.ts";
import { part } from "../route/part.tsx";
import { go, useRoute } from "../route/route.ts";
import { RoomTools } from "../shell/frame.tsx";
import { useLayout } from "../shell/layout.ts";
import type { GridSizes } from "../terminals/grid-shape.ts";
import { ARRANGEMENTS, useArrangement, type Arrangement } from "./arrangement.ts";
import { FirstRun } from "./first-run.tsx";
import { usePaneProps } from "./pane-props.tsx";
import { addressOf, useSelected } from "./selected.ts";

// Terminals are most of the page's weight; the rest is usable before they have come.
const TerminalPane = part(() => import("../terminals/pane.tsx").then((module) => module.TerminalPane));
const TerminalGrid = part(() => import("../terminals/grid.tsx").then((module) => module.TerminalGrid));

/** The terminal of the selected agent, or several beside each other. */
export function TerminalRoom() {
  const { agent: wanted } = useRoute();
  const { shown, choose } = useArrangement();
  const phone = useLayout() === "phone";
  const agent = useSelected();
  if (!agent) {
    return wanted === undefined ? (
      <FirstRun />
    ) : (
      <Empty title={`There is no agent called ${wanted}`}>
        It may have been removed. The agents on the left are those there are.
      </Empty>
    );
  }
  return (
    <div className="terminal-room">
      {!phone && (
        <RoomTools>
          {ARRANGEMENTS.map(({ id, icon, title }) => (
            <IconButton key={id} icon={icon} label={title} aria-pressed={id === shown.id} onClick={() => choose(id)} />
          ))}
        </RoomTools>
      )}
      {shown.count === 1 ? <One agent={agent} phone={phone} /> : <Several selected={agent} arrangement={shown} />}
    </div>
  );
}

function One({ agent, phone }: { agent: Agent; phone: boolean }) {
  const { live } = useHere();
  const propsOf = usePaneProps();
  if (agent.external) {
    return (
      <Empty title={`${agent.name} was started outside Clustr`}>
        Its terminal is where it was started. Messages reach it all the same.
      </Empty>
    );
  }
  const failed = agent.outcome === "failed" || agent.outcome === "lost";
  return (
    <>
      {failed && agent.reason && (
        <p role="alert" className="trouble">
          {agent.reason}
        </p>
      )}
      <TerminalPane
        key={`${agent.id}.${agent.run}`}
        meanwhile={<Skeleton />}
        stream={live.stream}
        agent={agent}
        phone={phone}
        {...propsOf(agent)}
      />
    </>
  );
}

/** As many as fit the layout, in the order they were spawned; the page of them that has the selected one. */
function Several({ selected, arrangement }: { selected: Agent; arrangement: Arrangement }) {
  const { count: layout, stacked = false, id: grid } = arrangement;
  const { live, workspace } = useHere();
  const propsOf = usePaneProps();
  const all = useView(({ agents }) => Object.values(agents).filter(({ external }) => !external), sameItems);
  const at = Math.max(
    0,
    all.findIndex(({ id }) => id === selected.id),
  );
  const from = Math.floor(at / layout) * layout;
  const spawn = commandOf("agent.spawn");
  const key = `grid.${grid}.${workspace.id}`;
  const select = (agent: Agent, to: string) => go({ agent: addressOf(agent, all), grid: to }, { replace: to !== "1" });
  return (
    <TerminalGrid
      key={grid}
      meanwhile={<Skeleton />}
      stream={live.stream}
      agents={all.slice(from, from + layout)}
      layout={layout}
      stacked={stacked}
      onFocus={(agent) => select(agent, grid)}
      onMaximise={(agent) => select(agent, "1")}
      sizes={kept<GridSizes>(key)}
      onSizes={(sizes) => keep(key, sizes)}
      vacant={
        spawn && (
          <Button look="quiet" icon="plus" onClick={() => spawn.run()}>
            {spawn.title}
          </Button>
        )
      }
      pane={propsOf}
    />
  );
}

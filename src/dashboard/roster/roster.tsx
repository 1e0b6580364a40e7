import "./roster.css";
import { useState, type KeyboardEvent } from "react";
import { showAgent, useSelected } from "../agent/selected.ts";
import { byStanding } from "../agent/standing.ts";
import { IconButton } from "../controls/button.tsx";
import { Empty } from "../controls/empty.tsx";
import { printKeys } from "../keys/command.ts";
import { sameItems, useConnection, useView } from "../live/here.tsx";
import { commandOf } from "../route/rooms.ts";
import { useLines } from "./lines.ts";
import { Row } from "./row.tsx";

/** All agents, whoever needs a person first. */
export function Roster() {
  const agents = useView((view) => Object.values(view.agents).sort(byStanding), sameItems);
  const selected = useSelected();
  const lines = useLines();
  const { lostAt } = useConnection();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const hide = (id: string, hides: boolean) =>
    setHidden((was) => (hides ? new Set([...was, id]) : new Set([...was].filter((one) => one !== id))));
  const shown = agents.filter(({ id }) => !hidden.has(id));
  const spawn = commandOf("agent.spawn");
  return (
    <div className="roster" data-stale={lostAt !== undefined}>
      <header>
        <h2>Agents</h2>
        {lostAt !== undefined && <span className="meta">as of {clock(lostAt)}</span>}
        {spawn && (
          <IconButton
            icon="plus"
            label={spawn.title}
            keys={spawn.keys && printKeys(spawn.keys)}
            onClick={() => spawn.run()}
          />
        )}
      </header>
      {shown.length === 0 ? (
        <Empty title="No agents yet">Who works here is listed here, whoever needs you first.</Empty>
      ) : (
        <ul className="scroll" onKeyDown={moveByArrows}>
          {shown.map((agent) => (
            <Row
              key={agent.id}
              agent={agent}
              selected={agent.id === selected?.id}
              lines={lines.get(agent.id)}
              onShow={() => showAgent(agent, agents)}
              onHide={(hides) => hide(agent.id, hides)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

/** Up and down go from row to row. */
function moveByArrows(event: KeyboardEvent<HTMLUListElement>): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by === undefined) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".roster-row > button:first-child")];
  const at = rows.findIndex((row) => row.parentElement?.contains(document.activeElement));
  event.preventDefault();
  rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.focus();
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

import { useState } from "react";
import type { Agent } from "../../contract/agent.ts";
import { AgentMark, StandingWord } from "../agent/mark.tsx";
import { lineOf } from "../agent/standing.ts";
import { IconButton } from "../controls/button.tsx";
import { Menu } from "../controls/menu.tsx";
import { Ago } from "../controls/time.tsx";
import { liveDescendants } from "../../contract/family.ts";
import { useAct, useHere, useOnline, useView } from "../live/here.tsx";
import { unreadBy } from "../messages/unread.ts";
import { atClick } from "../route/part.tsx";
import { actionsFor } from "./actions.ts";
import type { Lines } from "./lines.ts";

const StopDialog = atClick(() => import("../agent/stop-dialog.tsx").then((module) => module.StopDialog));
const Explain = atClick(() => import("./explain.tsx").then((module) => module.Explain));

interface RowProps {
  agent: Agent;
  selected: boolean;
  lines: Lines | undefined;
  onShow: () => void;
  onHide: (hidden: boolean) => void;
}

/** One agent: who it is, how it stands, what it is at in its own words, and everything that can be done with it. */
export function Row({ agent, selected, lines, onShow, onHide }: RowProps) {
  const act = useAct();
  const online = useOnline();
  const unread = useView((view) => unreadBy(view).get(agent.name) ?? 0);
  const { live } = useHere();
  const [asked, ask] = useState<"explain" | "stop">();
  const { name, service } = agent;
  return (
    <li className="roster-row">
      <button type="button" aria-current={selected ? "true" : undefined} onClick={onShow}>
        <AgentMark name={name} />
        <span className="roster-who">
          <span className="roster-name clip">{name}</span>
          <small className="roster-service">{service}</small>
          {unread > 0 && (
            <span className="roster-unread" role="img" aria-label={`${unread} unread`} title={`${unread} unread`} />
          )}
          <StandingWord agent={agent} />
        </span>
        <span className="roster-what">
          <span className="clip">{lineOf(agent)}</span>
          {lines && lines.added + lines.removed > 0 && (
            <span className="roster-lines">
              <span className="unseen">Lines: </span>
              {lines.added > 0 && `+${lines.added}`} {lines.removed > 0 && `−${lines.removed}`}
            </span>
          )}
          <Ago at={agent.status_at} />
        </span>
      </button>
      <Menu
        label={`What to do with ${name}`}
        groups={() => {
          const family = liveDescendants(live.newest().view?.agents ?? {}, agent.id);
          return actionsFor(agent, {
            ...{ online, act, explain: () => ask("explain"), hide: onHide },
            stopAll: family.length > 0 ? () => ask("stop") : undefined,
          });
        }}
      >
        {(opener) => <IconButton icon="menu" label={`More about ${name}`} {...opener} />}
      </Menu>
      {asked === "stop" && <StopDialog agent={agent} onClose={() => ask(undefined)} />}
      {asked === "explain" && <Explain agent={agent} onClose={() => ask(undefined)} />}
    </li>
  );
}

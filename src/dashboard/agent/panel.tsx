import "./panel.css";
import { lazy, Suspense } from "react";
import type { Agent } from "../../contract/agent.ts";
import { Chip } from "../controls/chip.tsx";
import { Empty, Skeleton } from "../controls/empty.tsx";
import { useHere } from "../live/here.tsx";
import { useRoute } from "../route/route.ts";
import { FirstRun } from "./first-run.tsx";
import { hueStyle, useHue } from "./hue.ts";
import { AgentMark, StandingWord } from "./mark.tsx";
import { useSelected } from "./selected.ts";

// The terminal is most of the page's weight; the rest is usable before it has come.
const TerminalPane = lazy(() => import("../terminal.tsx").then((module) => ({ default: module.TerminalPane })));

/** The agent on the screen: who it is, how it stands, its terminal. */
export function AgentPanel() {
  const { live } = useHere();
  const { agent: wanted } = useRoute();
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
    <section className="agent-panel" data-pane aria-label={agent.name}>
      <AgentHeader agent={agent} />
      {agent.external ? (
        <Empty title={`${agent.name} was started outside Clustr`}>
          Its terminal is where it was started. Messages reach it all the same.
        </Empty>
      ) : (
        <Suspense fallback={<Skeleton />}>
          <TerminalPane key={`${agent.id}.${agent.run}`} stream={live.stream} agent={agent} />
        </Suspense>
      )}
    </section>
  );
}

/** Who is in the terminal below, and why it failed, if it did. */
function AgentHeader({ agent }: { agent: Agent }) {
  const trouble = agent.outcome === "failed" || agent.outcome === "lost" ? agent.reason : undefined;
  return (
    <header className="agent-header" style={hueStyle(useHue(agent.name))}>
      <AgentMark name={agent.name} />
      <h2>{agent.name}</h2>
      <span className="muted">{agent.service}</span>
      <StandingWord agent={agent} />
      <span className="agent-line clip" title={agent.task}>
        {agent.working_on ?? agent.activity ?? agent.task}
      </span>
      {agent.autonomy !== "auto" && (
        <span data-autonomy={agent.autonomy}>
          <Chip>{agent.autonomy === "full" ? "asks nothing" : "asks for everything"}</Chip>
        </span>
      )}
      {trouble && (
        <p role="alert" className="trouble">
          {trouble}
        </p>
      )}
    </header>
  );
}

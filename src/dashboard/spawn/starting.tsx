import { useEffect } from "react";
import type { Agent } from "../../contract/agent.ts";
import { AgentMark, StandingShape } from "../agent/mark.tsx";
import type { Tone } from "../agent/standing.ts";

interface StartingProps {
  agent: Agent;
  /** It accepted its first prompt. */
  onBegun: () => void;
}

/** How far an agent has come with its start, step by step. */
export function Starting({ agent, onBegun }: StartingProps) {
  const { name, service, status, activity, snapshot, reason } = agent;
  const begun = status === "running" || (status === "done" && agent.outcome === "finished");
  const failed = status === "done" && !begun;
  const at = begun ? 3 : snapshot === undefined ? 0 : activity === undefined ? 1 : 2;
  useEffect(() => {
    if (begun) onBegun();
  }, [begun, onBegun]);
  const steps = [
    { title: "Snapshot of the folder", doing: "So that everything it changes can be taken back" },
    { title: "Its tool starts", doing: `${service}, in a terminal of its own` },
    { title: "First prompt accepted", doing: activity ?? "It reads its task" },
  ];
  return (
    <div className="starting">
      <p className="starting-who">
        <AgentMark name={name} />
        <strong className="clip">{name}</strong>
        <span className="muted clip">{agent.task}</span>
      </p>
      <ol aria-label="Steps of its start">
        {steps.map(({ title, doing }, index) => {
          const tone: Tone = index < at ? "done" : index > at ? "stopped" : failed ? "failed" : "spawning";
          const word = { done: "done", stopped: "to come", failed: "failed", spawning: "now" }[tone];
          return (
            <li key={title} data-tone={tone} aria-current={index === at ? "step" : undefined}>
              <StandingShape tone={tone} />
              <span className="starting-title">
                {title}
                {index === at && !failed && <small>{doing}</small>}
              </span>
              <span className="meta">{word}</span>
            </li>
          );
        })}
      </ol>
      {failed && (
        <p role="alert" className="trouble">
          {reason ?? `${name} was ${agent.outcome ?? "stopped"} before it began.`}
        </p>
      )}
    </div>
  );
}

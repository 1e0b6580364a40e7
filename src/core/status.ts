import type { Agent, Attention } from "../contract/agent.ts";
import { digestOf, itemId } from "../contract/attention.ts";
import type { Fact } from "../contract/event.ts";
import type { Signal } from "./ports/service.ts";
import type { TerminalExit } from "./ports/terminal.ts";

type StatusData = Extract<Fact, { type: "agent.status" }>["data"];

/** The facts a signal is worth on top of what is known of the agent; none when it says nothing new. `at` is ISO 8601. */
export function factsOf(agent: Agent, signal: Signal, at: string): Fact[] {
  const { id, run } = agent;
  switch (signal.type) {
    case "session":
      return agent.session === signal.session
        ? []
        : [{ type: "agent.session", data: { id, run, session: signal.session } }];
    case "working": {
      const facts = resolved(agent);
      if (agent.status === "running" && (signal.activity === undefined || signal.activity === agent.activity))
        return facts;
      // What was done for it before its tool ran is not what its tool does.
      const activity = signal.activity ?? (agent.status === "spawning" ? undefined : agent.activity);
      return [...facts, status(agent, { status: "running", live: true, activity })];
    }
    case "attention": {
      const { kind, title, detail, options = [], several, answers = [], key } = signal.item;
      const digest = digestOf({ kind, title, detail, options });
      const was = agent.attention;
      if (was && was.digest === digest && was.key === key) return [];
      const item: Attention = {
        id: itemId([id, `${run}`, key ?? "", digest, at]),
        agent: agent.name,
        kind,
        title,
        options,
        since: at,
        digest,
        answers: key === undefined ? [] : answers,
        ...(key === undefined ? {} : { key }),
        ...(detail === undefined ? {} : { detail }),
        ...(several === true ? { several } : {}),
      };
      const held: Fact = { type: "agent.attention", data: { id, run, item } };
      // A dialog before the first prompt holds the start; it does not mean that the prompt was accepted.
      return agent.status === "done"
        ? [status(agent, { status: "running", live: true, activity: agent.activity }), held]
        : [held];
    }
    case "resolved":
      return resolved(agent);
    case "idle": {
      if (agent.status === "done" && agent.outcome === "finished") return [];
      return [...resolved(agent), status(agent, { status: "done", outcome: "finished", live: true })];
    }
    case "turn_failed":
      return [
        ...resolved(agent),
        status(agent, { status: "done", outcome: "failed", reason: signal.reason, live: true }),
      ];
    case "failed":
      return [
        ...resolved(agent),
        status(agent, { status: "done", outcome: "failed", reason: signal.reason, live: false }),
      ];
    case "doubt":
      return agent.sure ? [status(agent, { ...asItStands(agent), sure: false })] : [];
    case "certain":
      return agent.sure ? [] : [status(agent, asItStands(agent))];
    case "forgot":
    case "seen":
      return [];
  }
}

/** What is done for an agent before its tool is started. */
export function preparing(agent: Agent, activity: string): Fact {
  return status(agent, { status: "spawning", live: true, activity });
}

/** The status an agent has, to be said once more. */
function asItStands({ status, live, outcome, reason, activity }: Agent): Omit<StatusData, "id" | "run" | "sure"> {
  return { status, live, outcome, reason, activity };
}

/** What the end of an agent's terminal means. `last` is what its screen showed, for the reason of a failure. */
export function endOf(agent: Agent, exit: TerminalExit, last: string): Fact {
  if (agent.stopping) return status(agent, { status: "done", outcome: "stopped", live: false });
  if (agent.outcome === "failed" && agent.status === "done")
    return status(agent, { status: "done", outcome: "failed", reason: agent.reason, live: false });
  const how = exit.signal ? `was ended by signal ${exit.signal}` : `exited with code ${exit.code ?? "unknown"}`;
  const started = agent.status !== "spawning";
  if (started && exit.code === 0 && !exit.signal)
    return status(agent, { status: "done", outcome: "finished", live: false });
  const screen = last ? ` Its screen ended with: ${last}` : "";
  const remedy = `See \`clustr screen ${agent.name}\`; \`clustr restart ${agent.name}\` runs its task again.`;
  return status(agent, {
    status: "done",
    outcome: "failed",
    reason: `It ${how}${started ? "" : " before it accepted its task"}.${screen} ${remedy}`,
    live: false,
  });
}

/** The process behind an agent cannot be found any more. */
export function lostFact(agent: Agent, why: string): Fact {
  if (agent.stopping) return status(agent, { status: "done", outcome: "stopped", live: false });
  return status(agent, { status: "done", outcome: "lost", reason: why, live: false });
}

function resolved(agent: Agent): Fact[] {
  return agent.attention ? [{ type: "agent.attention", data: { id: agent.id, run: agent.run, item: null } }] : [];
}

function status(agent: Agent, data: Omit<StatusData, "id" | "run" | "sure"> & { sure?: false }): Fact {
  return { type: "agent.status", data: { id: agent.id, run: agent.run, sure: true, ...data } };
}

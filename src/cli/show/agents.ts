import type { Agent } from "../../contract/agent.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import { shortPath } from "../connect.ts";
import { howToAnswer } from "./attention.ts";
import { ago, firstLine, plain, type Color, type Style } from "./style.ts";
import { table } from "./table.ts";

/** A mark, a word and a colour for what an agent is up to: what needs a person comes first. */
export function statusOf(agent: Agent): { text: string; color: Color } {
  const doubt = agent.sure ? "" : "?";
  if (agent.status === "spawning") return { text: `◌ spawning${doubt}`, color: "blue" };
  if (agent.status === "running") {
    return agent.attention
      ? { text: `▲ needs you${doubt}`, color: "yellow" }
      : { text: `● running${doubt}`, color: "green" };
  }
  switch (agent.outcome) {
    case "failed":
      return { text: `✕ failed${doubt}`, color: "red" };
    case "lost":
      return { text: `✕ lost${doubt}`, color: "red" };
    case "stopped":
      return { text: `■ stopped${doubt}`, color: "dim" };
    default:
      return { text: `✓ finished${doubt}`, color: "dim" };
  }
}

/** A table of agents. */
export function showAgents(agents: Agent[], style: Style): string {
  if (agents.length === 0) return 'No agents yet. Start one with: clustr spawn NAME --task "…"';
  const rows = agents.map((agent) => [
    agent.name,
    statusOf(agent).text,
    ago(agent.status_at, style.now),
    agent.service,
    agent.autonomy,
    firstLine(agent.attention?.title ?? agent.reason ?? agent.activity ?? agent.working_on ?? agent.task),
  ]);
  const list = table(style, ["NAME", "STATUS", "SINCE", "SERVICE", "AUTONOMY", "WHAT"], rows, (cell, column, row) => {
    const agent = agents[row];
    if (!agent) return cell;
    if (column === 0) return style.paint("bold", cell);
    if (column === 1) return style.paint(statusOf(agent).color, cell);
    if (column === 4 && agent.autonomy === "full") return style.paint("red", cell);
    return cell;
  });
  const waiting = agents.flatMap(({ attention }) =>
    attention && !attention.answered && attention.snoozed === undefined ? [attention] : [],
  );
  if (waiting.length === 0) return list;
  const lines = waiting.map(
    (item) =>
      `${style.paint("bold", item.agent)} waits for you: ${firstLine(item.title)}\n  ${howToAnswer(item, style)}`,
  );
  return `${list}\n\n${lines.join("\n")}`;
}

/** Agents that ended long ago; a last line says how to see earlier ones. */
export function showPast({ agents, next }: Output<Operations["agent.past"]>, style: Style): string {
  if (agents.length === 0) return "Nobody ended so long ago that the list of agents does without them.";
  const list = showAgents(agents, style);
  return next === undefined ? list : `${list}\n\n${style.paint("dim", `Earlier ones: --before ${next}`)}`;
}

/** One agent in one line, after something was done to it; a second line says what is wrong. */
export function showAgent(agent: Agent, style: Style): string {
  const { text, color } = statusOf(agent);
  const line = `${style.paint("bold", agent.name)}  ${style.paint(color, text)}  ${agent.service}, ${agent.autonomy}, in ${shortPath(plain(agent.cwd), style.home)}`;
  const why = agent.attention
    ? `${agent.attention.title}${agent.attention.detail ? `: ${agent.attention.detail}` : ""}`
    : agent.reason;
  return why === undefined ? line : `${line}\n${plain(why)}`;
}

/** An agent that was stopped, and who was stopped with it. */
export function showStopped({ also, ...agent }: Output<Operations["agent.stop"]>, style: Style): string {
  return `${showAgent(agent, style)}${also ? `\nstopped with it: ${also.join(", ")}` : ""}`;
}

/** What became of resuming everything. */
export function showResumed({ resumed, left }: Output<Operations["agent.resume_all"]>, style: Style): string {
  if (resumed.length + left.length === 0) return "No conversation was cut short.";
  return [
    ...(resumed.length > 0 ? [`resumed ${resumed.join(", ")}`] : []),
    ...left.map(({ name, why }) => `${style.paint("bold", name)} was not resumed: ${plain(why)}`),
  ].join("\n");
}

import type { Agent } from "../contract/agent.ts";
import { ClustrError } from "../contract/error.ts";
import type { Fact } from "../contract/event.ts";
import { SETTLED_MS } from "../contract/fold.ts";
import type { View } from "../contract/view.ts";
import type { Limits } from "../contract/workspace.ts";
import { checkFree, checkRoom } from "./spawning.ts";

/** How often in a row an agent that keeps crashing is resumed unasked. */
const TIMES = 3;

/** The fact that continues the conversation of an agent that has ended, or a ClustrError that says why it cannot be. */
export function resumption(view: View, agent: Agent, limits: Limits): Fact {
  const { id, name, run } = agent;
  if (agent.external) throw new ClustrError("invalid", `${name} was started outside Clustr; continue it there.`);
  if (agent.live) throw new ClustrError("conflict", `${name} has not ended; send it a message with \`clustr send\`.`);
  if (agent.session === undefined)
    throw new ClustrError(
      "conflict",
      `${name} has no conversation to continue. \`clustr restart ${name}\` runs its task again.`,
    );
  checkFree(view, name);
  checkRoom(view, limits, false);
  const data = { id, run: run + 1, rules_revision: view.rules.revision, resume: true };
  return { type: "agent.restarted", data };
}

/**
 * Whether a conversation was cut short: by a crash, a reboot, or a shutdown of everything. Not one that a person
 * stopped, that ended by itself, or that failed before it had begun.
 */
export function wasCutShort(agent: Agent): boolean {
  if (agent.live || agent.external || agent.session === undefined) return false;
  if (agent.outcome === "stopped") return agent.stopped_by === "system";
  return agent.begun === true && (agent.outcome === "failed" || agent.outcome === "lost");
}

/** Whether it is to be continued unasked: only what ended after that was wished for, and never on and on. */
export function isRevivable(agent: Agent, { settings }: View): boolean {
  if (settings.auto_resume !== "on" || !wasCutShort(agent)) return false;
  if (Date.parse(agent.status_at) < Date.parse(settings.at ?? "")) return false;
  const { revived, outcome, status_at } = agent;
  const lived = revived ? Date.parse(status_at) - Date.parse(revived.at) : Infinity;
  return outcome === "stopped" || (revived?.times ?? 0) < TIMES || lived >= SETTLED_MS;
}

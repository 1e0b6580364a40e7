import type { Agent, Attention } from "../../contract/agent.ts";

export type Tone = "attention" | "failed" | "running" | "spawning" | "done" | "stopped";

/** The item with which an agent waits for the person now: neither answered nor put aside. */
export function waitsWith({ attention }: Agent): Attention | undefined {
  return attention && !attention.answered && !attention.snoozed ? attention : undefined;
}

/** How an agent stands: always told by a shape, a word and a colour together. */
export interface Standing {
  tone: Tone;
  word: string;
}

export function standingOf(agent: Agent): Standing {
  if (waitsWith(agent)) return { tone: "attention", word: "needs you" };
  if (agent.attention?.snoozed) return { tone: "stopped", word: "snoozed" };
  if (agent.stopping) return { tone: "spawning", word: "stopping" };
  if (agent.status === "spawning") return { tone: "spawning", word: "spawning" };
  if (agent.status === "running") return { tone: "running", word: agent.sure ? "running" : "running?" };
  if (agent.outcome === "failed" || agent.outcome === "lost") return { tone: "failed", word: agent.outcome };
  if (agent.outcome === "stopped") return { tone: "stopped", word: "stopped" };
  return { tone: "done", word: "done" };
}

const RANK: Record<Tone, number> = { attention: 0, failed: 1, running: 2, spawning: 3, done: 4, stopped: 5 };

/** Who needs a person first, then failed, running, spawning, done; among equals the order in which they were spawned. */
export function byStanding(a: Agent, b: Agent): number {
  return RANK[standingOf(a).tone] - RANK[standingOf(b).tone] || a.spawned_at.localeCompare(b.spawned_at);
}

/** What an agent is at, in the best words there are: its question, its trouble, its own words, what was seen, its task. */
export function lineOf(agent: Agent): string {
  if (agent.attention && !agent.attention.answered) return agent.attention.title;
  // In one short line there is no room to set commands apart.
  if (agent.status === "done" && agent.reason) return agent.reason.replaceAll("`", "");
  return agent.working_on ?? agent.activity ?? agent.task;
}

import type { Agent, Attention } from "../../src/contract/agent.ts";
import type { Message } from "../../src/contract/message.ts";

const AT = "2030-05-01T11:58:00.000Z";

/** An agent's record with everything that must be in it. */
export function agent(differences: Partial<Agent> = {}): Agent {
  return {
    id: "a1",
    name: "ada",
    service: "claude",
    task: "Write tests for the parser",
    cwd: "/project",
    autonomy: "auto",
    spawned_by: "human",
    spawned_by_id: "human",
    depth: 0,
    external: false,
    run: 1,
    status: "running",
    sure: true,
    live: true,
    rules_revision: 0,
    spawned_at: AT,
    status_at: AT,
    ...differences,
  };
}

export function message(differences: Partial<Message> = {}): Message {
  return {
    id: "m1",
    seq: 7,
    from: "human",
    to: "ada",
    content: "How far are you?",
    size: 16,
    urgency: "now",
    hops: 0,
    at: AT,
    deliveries: { a1: { to: "ada", rung: "seen", at: AT } },
    ...differences,
  };
}

export function attention(differences: Partial<Attention> = {}): Attention {
  return {
    ...{ id: "q1", agent: "ada", kind: "permission", title: "Run: rm -rf build?", options: [] },
    ...{ answers: ["allow", "deny"], since: AT, digest: "d1" },
    ...differences,
  };
}

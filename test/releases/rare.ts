import type { Agent } from "../../src/contract/agent.ts";
import type { Fact } from "../../src/contract/event.ts";

const LONG_GONE: Agent = {
  ...{ id: "nobody", name: "nobody", service: "script", task: "{}", cwd: "/", autonomy: "ask", external: false },
  ...{ spawned_by: "human", spawned_by_id: "human", depth: 0, run: 1, rules_revision: 0 },
  ...{ status: "done", outcome: "stopped", sure: true, live: false },
  ...{ spawned_at: "2026-01-01T00:00:00.000Z", status_at: "2026-01-01T00:00:01.000Z" },
};

/** Facts that take a crash, a fault, a year or a real coding tool to happen: no small story tells them. */
export const RARE: Fact[] = [
  { type: "agent.forgotten", data: { agent: LONG_GONE } },
  { type: "attention.unanswered", data: { agent: "nobody", item: "q000000", why: "It had no effect." } },
  { type: "message.held", data: { ids: ["m-rare"], inbox: "nobody", why: "a dialog is open" } },
  { type: "message.returned", data: { ids: ["m-rare"], inbox: "nobody", why: "it did not arrive" } },
  { type: "message.seen", data: { ids: ["m-rare"], inbox: "nobody" } },
  { type: "message.dropped", data: { ids: ["m-rare"], inbox: "nobody", why: "its conversation was left" } },
  { type: "message.undeliverable", data: { ids: ["m-rare"], inbox: "nobody", why: "it has ended" } },
  { type: "rules.read", data: { id: "nobody", revision: 1 } },
  { type: "rules.unreadable", data: { why: "it is a folder" } },
  { type: "snapshot.pruned", data: { ids: ["0".repeat(40)] } },
  { type: "files.collided", data: { path: "shared.txt", agents: ["nobody", "somebody"] } },
  {
    type: "files.guarded",
    data: { agent: "nobody", command: "git reset --hard", decision: "deny", reason: "others have work there" },
  },
  { type: "call.refused", data: { operation: "agent.spawn", code: "limited", message: "Too many." } },
];

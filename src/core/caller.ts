import type { Actor } from "../contract/actor.ts";
import type { Right } from "../contract/operation.ts";

/** Who calls, with what rights, as the server derived it from credentials. */
export interface Caller {
  readonly actor: Actor;
  readonly rights: ReadonlySet<Right>;
  /** The only workspace the caller may name; undefined: any. */
  readonly workspace: string | undefined;
}

const AGENT: Right[] = [
  "agents.read",
  "agents.announce",
  "agents.spawn",
  "messages.send",
  "messages.read",
  "context.read",
  "context.write",
  "rules.read",
  "rules.write",
  "home.read",
];

const PERSON: Right[] = [
  ...AGENT.filter((right) => right !== "agents.announce"),
  "agents.control",
  "messages.read_all",
  "attention.read",
  "attention.answer",
  "terminals.read",
  "terminals.write",
  "files.read",
  "files.upload",
  "snapshots.read",
  "snapshots.write",
  "changes.read",
  "changes.write",
  "events.read",
  "home.manage",
];

/** The person at this machine: everything but speaking as an agent. */
export const person: Caller = { actor: { kind: "human" }, rights: new Set(PERSON), workspace: undefined };

/** The server itself, when it ends everything: not a person's wish for one agent. */
export const server: Caller = { ...person, actor: { kind: "system" } };

/** An agent, bound to its workspace. */
export function agentCaller(workspace: string, id: string, name: string): Caller {
  return { actor: { kind: "agent", id, name }, rights: new Set(AGENT), workspace };
}

/** Who did something. Always derived by the server from the caller's credentials, never from a request's body. */
export type Actor = { kind: "human" } | { kind: "agent"; id: string; name: string } | { kind: "system" };

/** The address of a person in the workspace. */
export const HUMAN = "human";
/** The address of everybody but the sender. */
export const ALL = "all";
/** The name under which Clustr itself writes (notices); nobody can send to it. */
export const SYSTEM = "system";

/** The name an actor is shown and addressed by. */
export function nameOf(actor: Actor): string {
  return actor.kind === "agent" ? actor.name : actor.kind === "human" ? HUMAN : SYSTEM;
}

/** The key an actor receives messages under: an agent's id, or `human`. */
export function inboxOf(actor: Actor): string {
  return actor.kind === "agent" ? actor.id : actor.kind === "human" ? HUMAN : SYSTEM;
}

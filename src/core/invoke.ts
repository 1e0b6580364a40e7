import { ClustrError } from "../contract/error.ts";
import type { Operation, Right } from "../contract/operation.ts";
import { operations } from "../contract/operations.ts";
import type { Caller } from "./caller.ts";

/** The operation of a name, if the caller may ask for it. */
export function permitted(name: string, caller: Caller): Operation {
  const operation = (operations as Record<string, Operation>)[name];
  if (!operation || !Object.hasOwn(operations, name))
    throw new ClustrError("not_found", `There is no operation "${name.slice(0, 80)}".`);
  if (!caller.rights.has(operation.right)) throw new ClustrError("forbidden", refusal(operation.right, caller));
  return operation;
}

/** The input as its schema has it, or a refusal that names every field that is wrong. */
export function parsed(operation: Operation, input: unknown): Record<string, unknown> {
  const result = operation.input.safeParse(input ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues
    .slice(0, 5)
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message));
  throw new ClustrError("invalid", `${problems.join("; ")}. Nothing was changed.`);
}

/** The workspace a call is about: the caller's own, if it is bound to one. */
export function workspaceFor(caller: Caller, asked: string | undefined): string {
  if (caller.workspace !== undefined && asked !== undefined && asked !== caller.workspace) {
    throw new ClustrError("forbidden", "Your token belongs to another workspace; nothing was done.");
  }
  const id = caller.workspace ?? asked;
  if (id === undefined)
    throw new ClustrError("invalid", "Say which workspace is meant: `--workspace`, or the path of the route.");
  return id;
}

function refusal(right: Right, caller: Caller): string {
  if (caller.actor.kind === "agent")
    return `Agents may not do this (it needs "${right}"). Final, do not retry: ask the person with send_message to "human".`;
  return `Only an agent can do this (it needs "${right}"): use an agent's token.`;
}

import { ClustrError } from "../contract/error.ts";
import type { Caller } from "../core/caller.ts";
import type { Core, OpenWorkspace } from "../core/core.ts";

/**
 * The agent that calls and its open workspace. `what` names the surface in the refusal. @throws ClustrError `forbidden` for
 * people, `not_found` when the workspace is not open.
 */
export function callingAgent(
  core: Core,
  caller: Caller,
  what: string,
): { agent: string; name: string; workspace: OpenWorkspace } {
  if (caller.actor.kind !== "agent") {
    throw new ClustrError(
      "forbidden",
      `${what} are for agents; use the token that \`clustr token\` prints, not a person's.`,
    );
  }
  const workspace = caller.workspace === undefined ? undefined : core.workspace(caller.workspace);
  if (!workspace)
    throw new ClustrError("not_found", "The agent's workspace is not open. Open it with `clustr FOLDER`.");
  return { agent: caller.actor.id, name: caller.actor.name, workspace };
}

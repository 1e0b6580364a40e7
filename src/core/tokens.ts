import { ClustrError } from "../contract/error.ts";
import type { tokens } from "../contract/operations/home.ts";
import { REGISTRY } from "./agents.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import type { Access } from "./ports/access.ts";
import { checkFree } from "./spawning.ts";

/** Tokens with which agents started elsewhere join. */
export function tokenHandlers(
  access: Access,
  door: () => Promise<string>,
  newId: () => string,
): Handlers<typeof tokens, WorkspaceCall> {
  return {
    "token.create": async (call, { name }) => {
      const event = await call.decide(REGISTRY, (view) => {
        if (name !== undefined) checkFree(view, name);
        return { type: "agent.invited", data: { id: newId(), name } };
      });
      if (event.type !== "agent.invited")
        throw new ClustrError("conflict", "This request id was used for another operation before; use a new one.");
      return { token: access.agentToken(call.workspace.id, event.data.id), url: `${await door()}/mcp` };
    },
  };
}

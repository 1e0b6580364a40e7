import type { tokens } from "../contract/operations/tokens.ts";
import { REGISTRY } from "./agents.ts";
import { ofType, type Handlers, type WorkspaceCall } from "./call.ts";
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
      const made = await call.decide(REGISTRY, (view) => {
        if (name !== undefined) checkFree(view, name);
        return { type: "agent.invited", data: { id: newId(), name } };
      });
      const { id } = ofType(made, "agent.invited").data;
      return { token: access.agentToken(call.workspace.id, id), url: `${await door()}/mcp` };
    },
  };
}

import { ClustrError } from "../contract/error.ts";
import type { policies } from "../contract/operations/policies.ts";
import { ofType, type Handlers, type WorkspaceCall } from "./call.ts";

/** Policies of one workspace: every tool call is compared with all of them. */
const MOST = 200;

/** What agents may do with tools without a person being asked, or may not do at all. */
export function policyHandlers(newId: () => string): Handlers<typeof policies, WorkspaceCall> {
  return {
    "policy.list": async (call) => call.view().policies,

    "policy.set": async (call, { decision, tool, pattern }) => {
      const made = await call.decide("policies", (view) => {
        if (view.policies.length >= MOST)
          throw new ClustrError(
            "limited",
            `There are ${MOST} policies; nothing was set. Remove some with \`clustr policy rm\`.`,
          );
        return {
          type: "policy.set",
          data: { id: newId(), decision, tool, ...(pattern === undefined ? {} : { pattern }) },
        };
      });
      return ofType(made, "policy.set").data;
    },

    "policy.remove": async (call, { id }) => {
      await call.decide("policies", (view) => {
        if (!view.policies.some((policy) => policy.id === id))
          throw new ClustrError("not_found", `There is no policy "${id}". List them with \`clustr policy list\`.`);
        return { type: "policy.removed", data: { id } };
      });
      return { removed: id };
    },
  };
}

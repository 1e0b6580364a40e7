import { z } from "zod";
import { operation } from "../operation.ts";
import { Decision, Policy } from "../policy.ts";

export const policies = {
  "policy.list": operation({
    summary: "List the policies on tools",
    scope: "workspace",
    right: "attention.read",
    http: "GET /policies",
    command: "policy list",
    input: z.object({}),
    output: z.array(Policy),
  }),
  "policy.set": operation({
    summary: "Allow, ask for or deny a tool in this workspace",
    scope: "workspace",
    right: "attention.answer",
    http: "POST /policies",
    command: "policy set <decision> <tool> [pattern]",
    input: z.object({
      decision: Decision,
      tool: Policy.shape.tool.describe("Name of the tool, e.g. Bash; * stands for anything"),
      pattern: Policy.shape.pattern.describe("Command, path or address it is used on; * stands for anything"),
    }),
    output: Policy,
  }),
  "policy.remove": operation({
    summary: "Remove a policy",
    scope: "workspace",
    right: "attention.answer",
    http: "DELETE /policies/:id",
    command: "policy rm <id>",
    input: z.object({ id: z.string() }),
    output: z.object({ removed: z.string() }),
  }),
};

import { z } from "zod";
import { Attention } from "../agent.ts";
import { operation } from "../operation.ts";
import { Decision, Policy } from "../policy.ts";

export const attention = {
  "attention.list": operation({
    summary: "List what only a person can resolve, oldest first",
    scope: "workspace",
    right: "attention.read",
    http: "GET /attention",
    command: "attention",
    input: z.object({}),
    output: z.array(Attention),
  }),
  "attention.answer": operation({
    summary: "Answer an attention item: allow, always, deny, the number of an option, or text",
    scope: "workspace",
    right: "attention.answer",
    http: "POST /attention/:id/answer",
    command: "answer <id> <answer>",
    input: z.object({
      id: z.string().max(100),
      answer: z
        .string()
        .min(1, "Say allow, always, deny, the number of an option (several as 1,3), or a text.")
        .max(20_000),
      reason: z.string().max(2000).optional().describe("Why, for the model; only with deny"),
      digest: z.string().max(100).optional().describe("Only if the item still has this digest"),
    }),
    output: z.object({ id: z.string(), agent: z.string(), answer: z.string() }),
  }),
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

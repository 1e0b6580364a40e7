import { z } from "zod";
import { operation } from "../operation.ts";
import { Rules } from "../rules.ts";

export const rules = {
  "rules.read": operation({
    summary: "Show the rules every agent follows",
    scope: "workspace",
    right: "rules.read",
    http: "GET /rules",
    tool: {
      name: "read_rules",
      description:
        "Read the rules every agent in this workspace follows, with their revision. Read them again when you are told that they changed.",
    },
    command: "rules show",
    input: z.object({}),
    output: Rules,
  }),
  "rules.update": operation({
    summary: "Replace the rules; every agent is told",
    scope: "workspace",
    right: "rules.write",
    http: "PUT /rules",
    tool: {
      name: "update_rules",
      description:
        "Replace the rules of the workspace with a new full text. They bind every agent, so change them only when the task or the person asks for it. Pass expect_revision so that you never overwrite a change you have not read. Returns the new revision.",
    },
    command: "rules set <text>",
    input: z.object({
      text: z.string().describe("The complete new text, Markdown"),
      expect_revision: z.coerce.number().int().min(0).optional(),
    }),
    output: Rules,
  }),
  "rules.history": operation({
    summary: "List the revisions of the rules, newest first",
    scope: "workspace",
    right: "rules.read",
    http: "GET /rules/history",
    command: "rules history",
    input: z.object({
      before: z.coerce.number().int().min(1).optional().describe("Only revisions before this one"),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    // The first revision is 1, so it is plain whether there are more.
    output: z.array(
      Rules.omit({ text: true }).extend({
        at: z.iso.datetime(),
        /** Characters of the text. */
        size: z.int(),
      }),
    ),
  }),
  "rules.revision": operation({
    summary: "Show one revision of the rules",
    scope: "workspace",
    right: "rules.read",
    http: "GET /rules/revision",
    command: "rules revision <revision>",
    input: z.object({ revision: z.coerce.number().int().min(1) }),
    output: Rules,
  }),
  "rules.path": operation({
    summary: "Print where the rules file is",
    scope: "workspace",
    right: "rules.read",
    http: "GET /rules/path",
    command: "rules path",
    input: z.object({}),
    output: z.object({ path: z.string() }),
  }),
};

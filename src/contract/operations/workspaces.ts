import { z } from "zod";
import { operation } from "../operation.ts";
import { Workspace } from "../workspace.ts";

export const workspaces = {
  "workspace.list": operation({
    summary: "List the open workspaces",
    scope: "home",
    right: "home.read",
    http: "GET /workspaces",
    command: "workspaces",
    input: z.object({}),
    output: z.array(Workspace),
  }),
  "workspace.recent": operation({
    summary: "List the workspaces opened lately, open or not, the latest first",
    scope: "home",
    right: "home.manage",
    http: "GET /recent",
    input: z.object({}),
    output: z.array(
      Workspace.extend({
        /** When it was last opened. */
        at: z.iso.datetime(),
        open: z.boolean(),
        /** Its folder is gone, or may not be read. */
        missing: z.boolean(),
        /** Why it could not be opened, with what to do. */
        problem: z.string().optional(),
        /** Its ledger is damaged: `workspace.repair` mends it. */
        damaged: z.boolean(),
      }),
    ),
  }),
  "workspace.open": operation({
    summary: "Open a folder as a workspace; opening it again is harmless",
    scope: "home",
    right: "home.manage",
    http: "POST /workspaces",
    input: z.object({
      path: z.string().min(1).max(4096).describe("Absolute path of a folder"),
      trust: z
        .boolean()
        .optional()
        .describe("The person trusts this folder; needed once, the refusal without it has the question"),
    }),
    output: Workspace,
  }),
  "workspace.repair": operation({
    summary:
      "Mend a workspace whose ledger is damaged: the last good copy, and every later event that can still be read",
    scope: "home",
    right: "home.manage",
    http: "POST /repair",
    command: "repair <id>",
    input: z.object({ id: z.string().describe("As `clustr doctor` lists it") }),
    output: z.object({
      id: z.string(),
      /** What was wrong; missing when nothing was, and nothing was done. */
      damage: z.string().optional(),
      /** Events the ledger holds now; how many of them were read out of the damaged file, beyond the copy. */
      events: z.int(),
      salvaged: z.int(),
      /** Events that were acknowledged and are in no file any more; at least so many. */
      lost: z.int(),
      /** Folder with the damaged files, as they were found. */
      aside: z.string().optional(),
    }),
  }),
  "workspace.close": operation({
    summary: "Close a workspace in which no agent is alive; everything kept about it stays",
    scope: "home",
    right: "home.manage",
    http: "POST /close",
    command: "close <id>",
    input: z.object({ id: z.string().describe("As `clustr workspaces` lists it") }),
    output: z.object({ closed: z.string() }),
  }),
};

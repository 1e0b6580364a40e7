import { z } from "zod";
import { operation } from "../operation.ts";
import { Workspace } from "../workspace.ts";

/** A workspace as one file, and back. The files lie on the machine the server runs on. */
export const exports = {
  "workspace.export": operation({
    summary: "Write a workspace to one file: ledger, rules, uploads, snapshots; no tokens. It goes on meanwhile",
    scope: "workspace",
    right: "home.manage",
    http: "POST /export",
    command: "export [file]",
    input: z.object({
      file: z
        .string()
        .min(1)
        .max(4096)
        .optional()
        .describe("Absolute path of the file, which must not exist; one in the data folder unless given"),
      without_snapshots: z.boolean().default(false).describe("Leave out what diffs and rollbacks are made from"),
      terminals: z
        .boolean()
        .default(false)
        .describe("Take along what terminals printed; whatever was shown there is then in the file"),
    }),
    output: z.object({
      file: z.string(),
      /** Bytes. */
      size: z.int(),
      events: z.int(),
      /** What is not in it, and why. */
      left_out: z.array(z.string()),
    }),
  }),
};

export const imports = {
  "workspace.import": operation({
    summary: "Open an exported workspace; its agents have ended there, and nothing is ever replaced",
    scope: "home",
    right: "home.manage",
    http: "POST /import",
    command: "import <file>",
    input: z.object({
      file: z.string().min(1).max(4096).describe("Absolute path of the export"),
      into: z
        .string()
        .min(1)
        .max(4096)
        .optional()
        .describe("Project folder; the one it was exported from unless given"),
      trust: z.boolean().optional().describe("The person trusts this folder; needed once, as for opening it"),
    }),
    output: Workspace.extend({
      events: z.int(),
      /** What could not be taken over, and why. */
      left_out: z.array(z.string()),
    }),
  }),
};

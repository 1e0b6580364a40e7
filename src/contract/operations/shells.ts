import { z } from "zod";
import { operation } from "../operation.ts";
import { Shell } from "../shell.ts";

export const shells = {
  "shell.open": operation({
    summary: "Open a shell of one's own in the workspace; the socket shows it under shell:ID",
    scope: "workspace",
    right: "terminals.write",
    http: "POST /shells",
    input: z.object({
      agent: z.string().max(200).optional().describe("In the folder of this agent"),
      folder: z.string().max(4096).optional().describe("Folder inside the workspace; its own when neither is given"),
    }),
    output: Shell,
  }),
  "shell.list": operation({
    summary: "List the shells that are open",
    scope: "workspace",
    right: "terminals.read",
    http: "GET /shells",
    input: z.object({}),
    output: z.array(Shell),
  }),
  "shell.close": operation({
    summary: "Close a shell and end everything it started",
    scope: "workspace",
    right: "terminals.write",
    http: "POST /shells/:id/close",
    input: z.object({ id: z.string().max(100) }),
    output: z.object({ closed: z.string() }),
  }),
};

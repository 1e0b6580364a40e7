import { z } from "zod";
import { operation } from "../operation.ts";

export const terminals = {
  "terminal.screen": operation({
    summary: "Print what an agent's terminal shows now",
    scope: "workspace",
    right: "terminals.read",
    http: "GET /agents/:name/screen",
    command: "screen <name>",
    input: z.object({ name: z.string() }),
    output: z.object({
      lines: z.array(z.string()),
      cols: z.int(),
      rows: z.int(),
      title: z.string(),
      /** Bytes of output the screen was made from. */
      offset: z.int(),
      /** False when output outran parsing and the screen was rebuilt from a cut. */
      exact: z.boolean(),
    }),
  }),
};

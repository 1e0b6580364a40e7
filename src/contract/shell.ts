import { z } from "zod";

/** How many shells a workspace may have open. */
export const SHELLS_LIMIT = 8;

/** A person's own shell in a terminal of the workspace. It ends when its program does, or when it is closed. */
export const Shell = z.object({
  id: z.string(),
  /** Absolute folder it was opened in. */
  cwd: z.string(),
  /** Name of the agent in whose folder it was opened, if that is how it was asked for. */
  agent: z.string().optional(),
  at: z.iso.datetime(),
});
export type Shell = z.infer<typeof Shell>;

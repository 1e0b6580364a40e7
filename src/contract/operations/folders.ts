import { z } from "zod";
import { operation } from "../operation.ts";

/** A folder of this machine, as somebody sees it who looks for a project to open. */
export const FolderEntry = z.object({
  name: z.string(),
  /** Absolute. */
  path: z.string(),
  /** The top of a git repository. */
  git: z.boolean(),
  /** Its name begins with a dot. */
  hidden: z.boolean(),
  /** May not be entered by this person. */
  unreadable: z.boolean(),
});
export type FolderEntry = z.infer<typeof FolderEntry>;

export const folders = {
  "folder.list": operation({
    summary: "List the folders inside a folder of this machine",
    scope: "home",
    right: "home.manage",
    http: "GET /folders",
    input: z.object({
      path: z.string().max(4096).optional().describe("Absolute path; the person's home folder when left out"),
      after: z.string().max(1024).optional().describe("Only names after this one"),
      limit: z.coerce.number().int().min(1).max(1000).default(300),
    }),
    output: z.object({
      /** Real path of the folder that was listed. */
      path: z.string(),
      /** The folder above it; absent at the top. */
      parent: z.string().optional(),
      /** The folder that was listed is the top of a git repository. */
      git: z.boolean(),
      /** By name. */
      folders: z.array(FolderEntry),
      /** There is more: ask again with this as `after`. */
      next: z.string().optional(),
      /** False when the folder has so many entries that not all were looked at. */
      complete: z.boolean(),
    }),
  }),
};

import type { exports as operations } from "../contract/operations/exports.ts";
import { ClustrError } from "../contract/error.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import type { Exports } from "./ports/exports.ts";
import type { Folders } from "./ports/folders.ts";

/** What exporting needs. */
export interface ExportsParts {
  exports: Pick<Exports, "write">;
  folders: Folders;
}

/** A workspace as one file. Opening one is with the other ways to open a workspace (core/workspaces.ts). */
export function exportHandlers({ exports, folders }: ExportsParts): Handlers<typeof operations, WorkspaceCall> {
  return {
    "workspace.export": async ({ workspace, ledger }, { file, without_snapshots, terminals }) => {
      if (file !== undefined && (file.includes("\0") || folders.resolve("/", file) !== file))
        throw new ClustrError("invalid", `"${file}" is no absolute path of a file; nothing was written.`);
      return exports.write(workspace, ledger, file, { snapshots: !without_snapshots, terminals });
    },
  };
}

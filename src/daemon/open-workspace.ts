import path from "node:path";
import type { Fact } from "../contract/event.ts";
import type { Workspace } from "../contract/workspace.ts";
import type { WorkspaceOpener } from "../core/running-workspaces.ts";
import { openWorkspace, type WorkspaceParts } from "../core/workspace.ts";
import { privateFiles, privateFolder } from "../files/private-files.ts";
import { projectFiles } from "../files/project-files.ts";
import { rulesFile } from "../files/rules-file.ts";
import { uploadFolder } from "../files/uploads.ts";
import { projectNames } from "../git/names.ts";
import { openSnapshots } from "../git/open-snapshots.ts";
import type { CopyKeeping } from "../ledger/sqlite/keep-copies.ts";
import { openSqliteLedger } from "../ledger/sqlite/ledger.ts";

/** What all workspaces of one server share. */
type Shared = Omit<
  WorkspaceParts,
  | "info"
  | "limits"
  | "ledger"
  | "files"
  | "openStore"
  | "projectFiles"
  | "uploads"
  | "projectNames"
  | "rulesFile"
  | "fail"
>;

/** Opens workspaces with everything that is theirs alone: ledger, files, snapshots. `folderOf`: where a workspace's data is. */
export function workspaceOpener(
  shared: Shared,
  folderOf: (info: Workspace) => string,
  copies: CopyKeeping,
): WorkspaceOpener {
  return async (info, limits, fail) => {
    const base = folderOf(info);
    await privateFolder(base);
    const ledger = await openSqliteLedger<Fact>(path.join(base, "ledger.db"), { copies });
    const opened = openWorkspace({
      ...shared,
      info,
      limits,
      ledger,
      fail,
      files: privateFiles(base),
      openStore: () =>
        openSnapshots({
          store: path.join(base, "snapshots.git"),
          folder: info.path,
          umask: shared.umask,
          mended: (what) =>
            shared.log("The snapshots of a workspace were damaged and have been mended", { path: info.path, ...what }),
        }),
      projectFiles: projectFiles(info.path),
      uploads: uploadFolder(path.join(base, "uploads")),
      projectNames: projectNames(path.join(base, "names.git"), info.path),
      rulesFile: rulesFile(path.join(base, "rules.md")),
    });
    // Whoever tries again must not find the ledger taken by this very server.
    opened.catch(() => ledger.close());
    return opened;
  };
}

import { ClustrError } from "../contract/error.ts";
import type { folders as operations } from "../contract/operations/folders.ts";
import type { Handlers } from "./call.ts";
import type { FolderBrowser } from "./ports/folder-browser.ts";
import type { Folders } from "./ports/folders.ts";

/** Folders of this machine, for whoever looks for a project to open. */
export function folderHandlers(folders: Folders, browser: FolderBrowser): Handlers<typeof operations, unknown> {
  return {
    "folder.list": async (_call, { path, after, limit }) => {
      const real = await realFolder(folders, path ?? browser.home());
      const [found, git] = await Promise.all([browser.inside(real, after, limit), browser.isRepository(real)]);
      const next = found.more ? found.folders.at(-1)?.name : undefined;
      return {
        path: real,
        parent: browser.parent(real),
        git,
        folders: found.folders.map((folder) => ({ ...folder, hidden: folder.name.startsWith(".") })),
        next,
        complete: found.complete,
      };
    },
  };
}

/** The real path of an existing folder, or a clear refusal. */
export async function realFolder(folders: Folders, path: string): Promise<string> {
  if (path.includes("\0")) throw new ClustrError("invalid", "A folder's path holds no zero bytes.");
  const look = await folders.look(path);
  if ("real" in look) return look.real;
  if (look.problem === "missing")
    throw new ClustrError("invalid", `There is no folder ${path}. Create it first, or name another.`);
  if (look.problem === "not_a_folder")
    throw new ClustrError("invalid", `${path} is a file, not a folder. Name the folder it is in.`);
  throw new ClustrError("invalid", `${path} cannot be opened: permission denied. Choose a folder you may read.`);
}

/** The real path of a folder inside the workspace, or a clear refusal; links that lead out are refused. */
export async function folderInside(folders: Folders, workspace: string, path: string): Promise<string> {
  const real = await realFolder(folders, folders.resolve(workspace, path));
  if (!folders.inside(workspace, real)) {
    throw new ClustrError(
      "invalid",
      `${path} is outside the workspace ${workspace}. Name a folder inside it, or open that folder as a workspace of its own.`,
    );
  }
  return real;
}

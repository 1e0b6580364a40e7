import { ClustrError } from "../contract/error.ts";
import type { Folders } from "./ports/folders.ts";

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

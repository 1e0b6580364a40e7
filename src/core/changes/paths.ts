import { bytePath } from "../../contract/files.ts";
import type { Folders } from "../ports/folders.ts";

/**
 * Where absolute paths really lie in a folder, as the operation log names them. Those outside it are left out: what
 * happens there is not followed.
 */
export async function pathsInside(folders: Folders, folder: string, paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(paths.map((path) => pathInside(folders, folder, path)));
  return real.filter((path) => path !== undefined);
}

/** The same for one path, absolute or relative to the folder; undefined for one outside it, and for the folder itself. */
export async function pathInside(folders: Folders, folder: string, path: string): Promise<string | undefined> {
  const real = await folders.real(folders.resolve(folder, path));
  if (!folders.inside(folder, real) || real === folder) return undefined;
  return bytePath(real.slice(folder.endsWith("/") ? folder.length : folder.length + 1));
}

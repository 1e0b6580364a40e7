import { access, constants, lstat, opendir, stat } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { ClustrError } from "../contract/error.ts";
import type { FolderBrowser, Subfolder } from "../core/ports/folder-browser.ts";

/** Entries of one folder that are looked at. */
const MOST = 20_000;

/** The folders of this machine, as this user sees them. */
export const folderBrowser: FolderBrowser = {
  home: homedir,
  parent: (full) => (path.dirname(full) === full ? undefined : path.dirname(full)),
  async inside(full, after, limit) {
    const names: string[] = [];
    let looked = 0;
    try {
      for await (const entry of await opendir(full)) {
        if (++looked > MOST) break;
        if (after !== undefined && entry.name <= after) continue;
        if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path.join(full, entry.name)))))
          names.push(entry.name);
      }
    } catch (error) {
      throw new ClustrError(
        "invalid",
        `${full} cannot be listed (${(error as NodeJS.ErrnoException).code ?? "unknown"}). Choose another folder.`,
      );
    }
    names.sort((a, b) => (a < b ? -1 : 1));
    const chosen = names.slice(0, limit);
    const folders = await Promise.all(chosen.map((name) => subfolder(full, name)));
    return { folders, more: names.length > chosen.length, complete: looked <= MOST };
  },
  isRepository,
};

async function subfolder(full: string, name: string): Promise<Subfolder> {
  const inside = path.join(full, name);
  const readable = access(inside, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return { name, path: inside, git: await isRepository(inside), unreadable: !(await readable) };
}

/** A working tree has a file `.git`, any other repository a folder. */
function isRepository(full: string): Promise<boolean> {
  return lstat(path.join(full, ".git")).then(
    (found) => found.isDirectory() || found.isFile(),
    () => false,
  );
}

function isFolder(full: string): Promise<boolean> {
  return stat(full).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

import type { folders as operations } from "../contract/operations/folders.ts";
import type { Handlers } from "./call.ts";
import { realFolder } from "./folder.ts";
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

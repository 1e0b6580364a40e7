import { homedir } from "node:os";
import { ClustrError } from "../contract/error.ts";
import type { StoreMended } from "../core/ports/snapshots.ts";
import { realFolder } from "./folder-tree.ts";
import { SnapshotStore } from "./snapshot-store.ts";
import { openStore } from "./store.ts";

/** Where snapshots are kept, and of what. */
export interface SnapshotStoreOptions {
  /** Absolute path of the store, outside the folder; made 0700. One store a folder. */
  store: string;
  /** The person's folder. */
  folder: string;
  /** For files that come back: what the person's own new files get. */
  umask: number;
  /** Hears when the store was damaged, and what became of it. */
  mended?: (what: StoreMended) => void;
}

/** Opens the snapshots of a folder. Rejects with `invalid` for a folder that is no project. */
export async function openSnapshots({
  store,
  folder,
  umask,
  mended = () => {},
}: SnapshotStoreOptions): Promise<SnapshotStore> {
  const real = await realFolder(folder);
  if (real === "/" || real === (await realFolder(homedir()).catch(() => "/")))
    throw new ClustrError(
      "invalid",
      `${real} is not one project, so no snapshot of it is taken. Open a folder inside it.`,
    );
  const place = { store, folder: real };
  return new SnapshotStore(place, umask, await openStore(place, mended), mended);
}

import type { FileOperation } from "../../contract/files.ts";
import { append } from "../append.ts";
import type { Attribution } from "../attribution/attribution.ts";
import type { History } from "../attribution/history.ts";
import { systemEntry } from "../entry.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { FolderStore, PruneLimits } from "../ports/snapshots.ts";
import { SNAPSHOTS } from "./log.ts";

const DAY = 86_400_000;
const MEGABYTE = 1_000_000;

/**
 * What stays unless the person says otherwise: a month is longer than anybody remembers what an agent did, and the newest
 * twenty stay however old or large they are.
 */
export const KEPT: PruneLimits = { newest: 20, age: 30 * DAY, size: 2_000 * MEGABYTE };

/** Forgets old snapshots, but no content that a rollback or its undo may need. Returns their ids. */
export async function prune(
  { store, engine }: { store: FolderStore; engine: Attribution },
  ledger: Ledger,
  asked: { newest?: number | undefined; days?: number | undefined; megabytes?: number | undefined },
  id: string,
): Promise<string[]> {
  const limits: PruneLimits = {
    newest: asked.newest ?? KEPT.newest,
    age: asked.days === undefined ? KEPT.age : asked.days * DAY,
    size: asked.megabytes === undefined ? KEPT.size : asked.megabytes * MEGABYTE,
  };
  const ids = await store.prune(limits, neededBy(engine));
  if (ids.length > 0) await append(ledger, systemEntry({ type: "snapshot.pruned", data: { ids } }, SNAPSHOTS, id));
  return ids;
}

/** Frees what nothing needs, and forgets no snapshot. */
export async function freeUnneeded({ store, engine }: { store: FolderStore; engine: Attribution }): Promise<void> {
  await store.prune({ newest: Infinity, age: Infinity, size: Infinity }, neededBy(engine));
}

function neededBy(engine: Attribution): Set<string> {
  const needed = contentsOf(engine.history);
  for (const { blob } of engine.files().values()) needed.add(blob);
  return needed;
}

/** Every content the log speaks of. What the folder holds is needed too: the next change of it begins there. */
function contentsOf({ operations }: History): Set<string> {
  const blobs = new Set<string>();
  for (const { before, after } of operations.flatMap(changesOf)) {
    if (before) blobs.add(before.blob);
    if (after) blobs.add(after.blob);
  }
  return blobs;
}

function changesOf(operation: FileOperation) {
  if (operation.type === "changed") return [operation.change];
  return "files" in operation ? operation.files.map(({ change }) => change) : [];
}

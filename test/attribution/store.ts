import { ClustrError } from "../../src/contract/error.ts";
import type { FileState } from "../../src/contract/files.ts";
import type { FolderStore, RestorePlan, Snapshot, SnapshotChange } from "../../src/core/ports/snapshots.ts";
import type { Tree } from "../../src/core/ports/tree.ts";
import { memoryBlobs } from "./folder.ts";

/** Snapshots in memory of a folder in memory: it keeps every promise of the port but durability and size. */
export function memoryStore(tree: Tree): FolderStore {
  const blobs = memoryBlobs();
  const taken = new Map<string, { snapshot: Snapshot; files: Map<string, FileState> }>();

  const known = (id: string) => {
    const found = taken.get(id);
    if (!found) throw new ClustrError("not_found", `There is no snapshot ${id}.`);
    return found;
  };
  const take = async (label: string, restored?: Snapshot["restored"]): Promise<Snapshot> => {
    const files = new Map<string, FileState>();
    for (const path of (await tree.list()).keys()) {
      const content = await tree.read(path);
      if (content) files.set(path, { kind: content.kind, mode: content.mode, blob: await blobs.put(content.bytes) });
    }
    const snapshot = { id: `snapshot-${taken.size + 1}`, at: new Date().toISOString(), label, skipped: [], restored };
    taken.set(snapshot.id, { snapshot, files });
    return snapshot;
  };
  const content = async (state: FileState | undefined) =>
    state && { kind: state.kind, mode: state.mode, bytes: await blobs.get(state.blob) };
  const diff = async (from: string, to: string): Promise<SnapshotChange[]> => {
    const [before, after] = [known(from).files, known(to).files];
    const paths = new Set([...before.keys(), ...after.keys()]);
    return [...paths]
      .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
      .filter(({ before: was, after: is }) => was?.blob !== is?.blob || was?.mode !== is?.mode);
  };
  const plan = async (target: string, label: string): Promise<RestorePlan> => {
    const now = await take(`before ${label}`);
    return { target, label, changes: await diff(now.id, target), skipped: [] };
  };

  return {
    tree,
    blobs,
    take: (label) => take(label),
    list: async () => [...taken.values()].map(({ snapshot }) => snapshot).reverse(),
    files: async (id) => new Map(known(id).files),
    diff,
    plan: (id) => plan(id, `restored ${known(id).snapshot.label}`),
    planUndo: (id) => plan(known(id).snapshot.restored?.before ?? id, `undid ${known(id).snapshot.label}`),
    async restore({ target, label, changes }) {
      const before = await take(`before ${label}`);
      const done: string[] = [];
      const left: string[] = [];
      for (const change of changes)
        ((await tree.swap(change.path, await content(change.before), await content(change.after))) ? done : left).push(
          change.path,
        );
      return { snapshot: await take(label, { before: before.id, target }), done, left };
    },
    cutShort: async () => undefined,
    settle: ({ label, before, target }) => take(label, { before, target }),
    async prune({ newest }) {
      const old = [...taken.keys()].slice(0, -newest);
      for (const id of old) taken.delete(id);
      return old;
    },
    check: async () => ({ snapshots: taken.size, bytes: 0, problems: [] }),
    mend: async () => undefined,
    uncommitted: async (paths) => new Set(paths),
    otherThanCommitted: async () => new Set(),
    close: async () => {},
  };
}

import { ClustrError, toFailure } from "../contract/error.ts";
import { shownPath, whatOf } from "../contract/files.ts";
import type { snapshots } from "../contract/operations/snapshots.ts";
import type { Attribution } from "./attribution/attribution.ts";
import { PERSON } from "./attribution/author.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { freeUnneeded, prune } from "./changes/prune.ts";
import type { FolderLog } from "./changes/folder-log.ts";
import { SNAPSHOTS } from "./changes/log.ts";
import type { FolderStore, Restored, RestorePlan, Snapshot } from "./ports/snapshots.ts";

/** Skipped files and restored files in an answer. */
const SKIPPED = 200;
const FILES = 1_000;

/** The folder's states: list, take, restore, forget. */
export function snapshotHandlers(folder: FolderLog): Handlers<typeof snapshots, WorkspaceCall> {
  return {
    "snapshot.list": async (_call, { limit }) => {
      const { store } = await folder.open();
      return (await store.list()).slice(0, limit).map(shown);
    },

    "snapshot.take": async (_call, { label }) => shown(await folder.snapshot(label)),

    "snapshot.restore": async (call, { id, dry_run }) => {
      const earlier = await call.earlier();
      if (earlier?.type === "snapshot.restored") {
        const { done, left, id: restored } = earlier.data;
        return { dry_run: false, files: [], total: done, left, id: restored };
      }
      const { store, engine } = await folder.open();
      const plan = await store.plan(await fullId(store, id));
      const files = stepsOf(plan);
      if (dry_run) return { dry_run, files: files.slice(0, FILES), total: files.length, left: [] };
      const { snapshot, done, left } = await restoring(engine, store, plan);
      await call.decide(SNAPSHOTS, () => ({
        type: "snapshot.restored",
        data: {
          id: snapshot.id,
          target: plan.target,
          before: snapshot.restored?.before ?? "",
          done: done.length,
          left: left.map(shownPath),
        },
      }));
      const named = new Set(done.map(shownPath));
      const made = files.filter(({ path }) => named.has(path));
      return { dry_run, files: made.slice(0, FILES), total: made.length, left: left.map(shownPath), id: snapshot.id };
    },

    "snapshot.check": async () => {
      try {
        await folder.goOn();
        // Nothing was ever kept: there is nothing that could be damaged.
        if (!folder.begun) return { snapshots: 0, bytes: 0, problems: [] };
        const { store } = await folder.open();
        return await store.check();
      } catch (error) {
        return { snapshots: 0, bytes: 0, problems: [toFailure(error).message.replace(/\.$/, "")] };
      }
    },

    "snapshot.mend": async () => {
      const nothing = { broken: 0, taken: 0, lost: 0, forgotten: [] };
      await folder.goOn();
      if (!folder.begun) return nothing;
      const opened = await folder.open();
      const mended = await opened.store.mend();
      // Nobody waits for it; what fails now is tried when somebody prunes.
      freeUnneeded(opened).catch(() => {});
      return mended ?? nothing;
    },

    "snapshot.prune": async (call, limits) => ({
      pruned: await prune(await folder.open(), call.ledger, limits, call.id),
    }),
  };
}

/** Carries a plan out for the person: what others did up to now is theirs, and calls of agents have no part in it. */
export function restoring(engine: Attribution, store: FolderStore, plan: RestorePlan): Promise<Restored> {
  return engine.writing(PERSON, async () => {
    const restored = await store.restore(plan);
    const done = new Set(restored.done);
    return { ...restored, files: plan.changes.filter(({ path }) => done.has(path)) };
  });
}

export function stepsOf({ changes }: RestorePlan) {
  return changes.map((change) => ({ path: shownPath(change.path), what: whatOf(change) }));
}

function shown({ id, at, label, skipped, restored }: Snapshot) {
  return {
    id,
    at,
    label,
    skipped: skipped.slice(0, SKIPPED).map(({ path, why }) => ({ path: shownPath(path), why })),
    skipped_count: skipped.length,
    ...(restored ? { restored: restored.target } : {}),
  };
}

/** The snapshot of an id or of its beginning. */
async function fullId(store: FolderStore, asked: string): Promise<string> {
  const found = (await store.list()).filter(({ id }) => id.startsWith(asked));
  const exact = found.find(({ id }) => id === asked) ?? (found.length === 1 ? found[0] : undefined);
  if (exact) return exact.id;
  throw found.length > 1
    ? new ClustrError(
        "invalid",
        `"${asked}" begins ${found.length} snapshots; nothing was changed. Give more of the id.`,
      )
    : new ClustrError("not_found", `There is no snapshot "${asked}". List them with \`clustr snapshots\`.`);
}

import type { Agent } from "../../contract/agent.ts";
import { ClustrError } from "../../contract/error.ts";
import { shownPath, whatOf } from "../../contract/files.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import type { RecentRollback } from "../../contract/recent-files.ts";
import { PERSON } from "../attribution/author.ts";
import type { Plan, PlannedFile, Selection } from "../attribution/plan.ts";
import { rollbackOf, type RollbackEntry } from "../attribution/search.ts";
import type { WorkspaceCall } from "../call.ts";
import { restoring, stepsOf } from "../snapshots.ts";
import type { FolderLog } from "./folder-log.ts";
import { SNAPSHOTS } from "./log.ts";

type Rollback = Output<Operations["change.rollback"]>;
type Undo = Output<Operations["change.undo"]>;
type Shown = Rollback["files"][number];

/**
 * Takes changes of an agent back, or shows what that would do. A call that is repeated gets the first one's outcome, and
 * what stands against the rest by now.
 */
export async function rollBack(
  folder: FolderLog,
  agent: Agent,
  selection: Selection,
  id: string,
  dry_run: boolean,
): Promise<Rollback> {
  const { engine } = await folder.open();
  const done = rollbackOf(engine.history, id);
  if (done) {
    // Hunks have other numbers by now.
    const now = selection.hunk === undefined ? await engine.plan(selection) : undefined;
    return { dry_run: false, id, files: [...shownDone(done), ...shownLeft(now)] };
  }
  const plan = await engine.plan(selection);
  if (selection.hunk !== undefined && plan.files.length === 0)
    throw new ClustrError(
      "not_found",
      `There is no such hunk in that file any more; nothing was changed. Look at \`clustr diff ${agent.name}\` again.`,
    );
  if (dry_run) return { dry_run, files: plan.files.map(shownPlanned) };
  return carryOut(folder, plan, id, `before rolling back ${agent.name}`);
}

/** Takes a rollback or a restore back: the latest that is not undone yet, or the one of an id. */
export async function undo(
  folder: FolderLog,
  call: WorkspaceCall,
  id: string | undefined,
  dry_run: boolean,
): Promise<Undo> {
  const { engine } = await folder.open();
  const done = rollbackOf(engine.history, call.id);
  if (done?.type === "rollback_undone")
    return {
      dry_run: false,
      id: call.id,
      undone: done.rollback,
      files: [...shownDone(done), ...shownLeft(await engine.planUndo(done.rollback))],
    };
  const earlier = await call.earlier();
  if (earlier?.type === "snapshot.undone")
    return { dry_run: false, id: earlier.data.id, undone: earlier.data.restored, files: [] };

  const wanted =
    toUndo(call.view().files.rollbacks, id) ?? (id === undefined ? undefined : olderRollback(engine.history, id));
  if (!wanted)
    throw new ClustrError(
      "not_found",
      id === undefined
        ? "There is no rollback or restore to undo; nothing was changed."
        : `There is no rollback or restore "${id}" that can be undone; nothing was changed. \`clustr events\` lists them.`,
    );
  if (wanted.kind === "restore") return { ...(await undoRestore(folder, call, wanted.id, dry_run)), undone: wanted.id };
  const plan = await engine.planUndo(wanted.id);
  if (dry_run) return { dry_run, files: plan.files.map(shownPlanned), undone: wanted.id };
  return { ...(await carryOut(folder, plan, call.id, "before undoing a rollback")), undone: wanted.id };
}

async function carryOut(folder: FolderLog, plan: Plan, id: string, label: string): Promise<Rollback> {
  const { engine } = await folder.open();
  if (plan.files.some(({ conflict }) => !conflict)) await folder.snapshot(label);
  const { done, left } = await engine.apply(plan, id, PERSON);
  const why = new Map(left.map((one) => [one.path, one.why as Shown["conflict"]]));
  const files = plan.files.map((file) => {
    const conflict = why.get(file.path);
    return conflict === undefined ? shownPlanned(file) : { ...shownPlanned(file), conflict };
  });
  return { dry_run: false, files, ...(done.length === 0 ? {} : { id }) };
}

async function undoRestore(folder: FolderLog, call: WorkspaceCall, id: string, dry_run: boolean): Promise<Rollback> {
  const { store, engine } = await folder.open();
  const plan = await store.planUndo(id);
  const steps = stepsOf(plan).map((step) => ({ ...step, added: 0, removed: 0, choices: [] }));
  if (dry_run) return { dry_run, files: steps };
  const { snapshot, done, left } = await restoring(engine, store, plan);
  await call.decide(SNAPSHOTS, () => ({
    type: "snapshot.undone",
    data: { id: snapshot.id, restored: id, done: done.length, left: left.map(shownPath) },
  }));
  const lost = new Set(left.map(shownPath));
  const files = steps.map((step) => (lost.has(step.path) ? { ...step, conflict: "changed_meanwhile" as const } : step));
  return { dry_run, files, id: snapshot.id };
}

function toUndo(rollbacks: readonly RecentRollback[], id: string | undefined): RecentRollback | undefined {
  const open = rollbacks.filter(({ undone }) => !undone);
  return id === undefined ? open.at(-1) : open.findLast((one) => one.id.startsWith(id));
}

/** One that the view no longer holds. */
function olderRollback(
  history: Parameters<typeof rollbackOf>[0],
  id: string,
): Pick<RecentRollback, "id" | "kind"> | undefined {
  const found = rollbackOf(history, id);
  return found?.type === "rolled_back" ? { id, kind: "rollback" } : undefined;
}

function shownDone({ files }: RollbackEntry): Shown[] {
  return files.map(({ change }) => shownChange(change));
}

/** What was left alone, and why. */
function shownLeft(plan: Plan | undefined): Shown[] {
  return (plan?.files ?? []).filter(({ conflict }) => conflict !== undefined).map(shownPlanned);
}

function shownPlanned({ path, change, hunks, conflict, choices }: PlannedFile): Shown {
  const { what } = shownChange(change);
  const count = (side: "before" | "now") => hunks.reduce((sum, hunk) => sum + hunk[side].length, 0);
  return {
    path: shownPath(path),
    what: conflict ? "changed" : what,
    added: count("before"),
    removed: count("now"),
    ...(conflict === undefined ? {} : { conflict }),
    choices: [...choices],
  };
}

function shownChange(change: PlannedFile["change"]): Shown {
  return { path: shownPath(change.path), what: whatOf(change), added: 0, removed: 0, choices: [] };
}

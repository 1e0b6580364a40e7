import type { Limits, Workspace } from "../contract/workspace.ts";
import { damageIn } from "./ports/damage.ts";
import type { RunningWorkspace } from "./workspace.ts";

/** Opens the runtime of a workspace: its ledger, its reactors. `fail` is called when it cannot go on. */
export type WorkspaceOpener = (
  info: Workspace,
  limits: () => Limits,
  fail: (error: unknown) => void,
) => Promise<RunningWorkspace>;

interface Parts {
  open: WorkspaceOpener;
  limits(): Limits;
  /** A workspace cannot go on, for a reason that is not its own. */
  fail(error: unknown): void;
  log(message: string, details?: Record<string, unknown>): void;
}

/** The workspaces of this server while they run: each is opened, shown, hidden and stopped once at a time. */
export interface RunningWorkspaces {
  /** Opens it once what was there before has ended, or gives the one that is open. Rejects with why it cannot be opened. */
  start(info: Workspace): Promise<RunningWorkspace>;
  /** The one that is open, or is being opened; undefined when there is none, or it cannot be opened. */
  running(id: string): Promise<RunningWorkspace | undefined>;
  /** The one that calls find. */
  get(id: string): RunningWorkspace | undefined;
  all(): RunningWorkspace[];
  /** From now on no call finds it, until it is shown again. */
  hide(id: string): void;
  show(id: string, workspace: RunningWorkspace): void;
  /** Closes it; resolves when it has let go of everything. */
  stop(id: string, workspace: RunningWorkspace): Promise<void>;
  /** Resolves when nothing of an earlier one is left. */
  ended(id: string): Promise<void>;
  /** What went wrong when it was opened, or while it ran; undefined: nothing. */
  problem(id: string): unknown;
  /** What went wrong has been mended. */
  forgetProblem(id: string): void;
  /** Lets go of them all; their agents go on. */
  close(): Promise<void>;
}

/** All that is kept here is by the ids of workspaces, of which there are as many as a person opens. */
export function createRunningWorkspaces({ open, limits, fail, log }: Parts): RunningWorkspaces {
  const running = new Map<string, Promise<RunningWorkspace>>();
  const ready = new Map<string, RunningWorkspace>();
  const ending = new Map<string, Promise<void>>();
  const problems = new Map<string, unknown>();

  /** Damage is one workspace's own matter: it is closed, and the others and all agents go on. */
  const cannotGoOn = (info: Workspace, error: unknown): void => {
    if (damageIn(error) === undefined) return fail(error);
    if (problems.has(info.id)) return;
    problems.set(info.id, error);
    log("A workspace was closed, because its ledger is damaged", { path: info.path, error: String(error) });
    ready.delete(info.id);
    const opening = running.get(info.id);
    running.delete(info.id);
    if (!opening) return;
    const closed = opening
      .then((workspace) => workspace.close())
      .catch((lost: unknown) =>
        log("A damaged workspace could not be closed in order", { path: info.path, error: String(lost) }),
      )
      .finally(() => ending.delete(info.id));
    ending.set(info.id, closed);
  };

  return {
    async start(info) {
      await ending.get(info.id);
      const known = running.get(info.id);
      if (known) return known;
      const opening = open(info, limits, (error) => cannotGoOn(info, error));
      running.set(info.id, opening);
      opening.then(
        (workspace) => {
          problems.delete(info.id);
          ready.set(info.id, workspace);
        },
        (error: unknown) => {
          problems.set(info.id, error);
          running.delete(info.id);
        },
      );
      return opening;
    },
    // Why it cannot be opened is its problem.
    running: async (id) => running.get(id)?.catch(() => undefined),
    get: (id) => ready.get(id),
    all: () => [...ready.values()],
    hide: (id) => void ready.delete(id),
    show: (id, workspace) => void ready.set(id, workspace),
    stop(id, workspace) {
      running.delete(id);
      const closed = workspace.close().finally(() => ending.delete(id));
      ending.set(id, closed);
      return closed;
    },
    ended: async (id) => ending.get(id),
    problem: (id) => problems.get(id),
    forgetProblem: (id) => void problems.delete(id),
    async close() {
      const opened = await Promise.allSettled(running.values());
      await Promise.all(opened.flatMap((result) => (result.status === "fulfilled" ? [result.value.close()] : [])));
      await Promise.all(ending.values());
    },
  };
}

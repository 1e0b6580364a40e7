import { ClustrError, fromFailure, toFailure } from "../contract/error.ts";
import { held } from "../contract/view.ts";
import type { imports } from "../contract/operations/exports.ts";
import type { workspaces as operations } from "../contract/operations/workspaces.ts";
import type { Workspace } from "../contract/workspace.ts";
import type { Handlers, HomeCall } from "./call.ts";
import { realFolder } from "./folders.ts";
import { settleImport } from "./imports.ts";
import type { Home } from "./home.ts";
import { createRunningWorkspaces, type WorkspaceOpener } from "./running-workspaces.ts";
import type { Exports } from "./ports/exports.ts";
import { damageIn, type Repaired } from "./ports/damage.ts";
import type { Folders } from "./ports/folders.ts";
import type { RunningWorkspace } from "./workspace.ts";

/** Folders opened before that are offered again. */
const RECENT = 50;

/** What opening and closing workspaces needs. */
export interface WorkspacesParts {
  home: Home;
  folders: Folders;
  open: WorkspaceOpener;
  /** Mends a workspace's ledger, which is not open. */
  repair(info: Workspace): Promise<Repaired>;
  exports: Pick<Exports, "unpack">;
  newId(): string;
  /** A workspace cannot go on, for a reason that is not its own. */
  fail(error: unknown): void;
  log(message: string, details?: Record<string, unknown>): void;
}

/** The workspaces that are open in this server. */
export interface Workspaces {
  handlers: Handlers<typeof operations & typeof imports, HomeCall>;
  get(id: string): RunningWorkspace | undefined;
  /** Why one that should be open is not. */
  problem(id: string): ClustrError | undefined;
  all(): RunningWorkspace[];
  /** Opens every workspace that was open; one that cannot be opened is logged and left out. */
  reopen(): Promise<void>;
  /** Lets go of them all; their agents go on. */
  close(): Promise<void>;
}

/** Opens and closes workspaces. Which are open is in the home's ledger; so is every folder that a person ever trusted. */
export function createWorkspaces({ home, folders, open, ...parts }: WorkspacesParts): Workspaces {
  const { log, fail } = parts;
  const here = createRunningWorkspaces({ open, limits: () => home.view().limits, fail, log });

  /** The workspace of a folder. @throws ClustrError `conflict` when the person has not said that they trust it. */
  const trusted = async (path: string, trust: boolean | undefined): Promise<Workspace> => {
    const real = await realFolder(folders, path);
    const info = { id: folders.idOf(real), name: folders.nameOf(real), path: real };
    if (trust !== true && !home.view().opened[info.id]) throw untrusted(real);
    return info;
  };
  const recordOpened = async (info: Workspace, requestId: string): Promise<void> => {
    if (!home.view().workspaces[info.id])
      await home.record({ type: "workspace.opened", data: info }, `workspace/${info.id}`, requestId);
  };

  const handlers: Workspaces["handlers"] = {
    "workspace.list": async ({ caller }) =>
      Object.values(home.view().workspaces).filter(
        ({ id }) => here.problem(id) === undefined && (caller.workspace === undefined || caller.workspace === id),
      ),

    "workspace.recent": async () => {
      const { workspaces, opened } = home.view();
      const latest = Object.values(opened).sort((a, b) => (a.at < b.at ? 1 : -1));
      return Promise.all(
        latest.slice(0, RECENT).map(async (each) => {
          const look = await folders.look(each.path);
          const problem = here.problem(each.id);
          return {
            ...each,
            open: workspaces[each.id] !== undefined && problem === undefined,
            missing: !("real" in look),
            damaged: damageIn(problem) !== undefined,
            ...(problem === undefined ? {} : { problem: toFailure(problem).message }),
          };
        }),
      );
    },

    "workspace.open": async ({ requestId }, { path, trust }) => {
      const info = await trusted(path, trust);
      await here.start(info);
      await recordOpened(info, requestId);
      return info;
    },

    "workspace.repair": async (_call, { id }) => {
      const info = held(home.view().opened, id);
      if (!info)
        throw new ClustrError("not_found", `There is no workspace "${id.slice(0, 80)}". See \`clustr doctor\`.`);
      const { at: _at, ...workspace } = info;
      const opened = await here.running(id);
      here.hide(id);
      if (opened) await here.stop(id, opened);
      await here.ended(id);
      const repaired = await parts.repair(workspace).catch(async (error: unknown) => {
        // Why it could not be mended is what the person needs to know; why it cannot be opened either is its problem.
        if (opened) await here.start(workspace).catch(() => {});
        throw error;
      });
      log("A ledger was mended", { path: info.path, ...repaired });
      here.forgetProblem(id);
      if (home.view().workspaces[id] || opened) await tellOf(repaired, await here.start(workspace));
      return { id, ...repaired };
    },

    "workspace.import": async ({ requestId }, { file, into, trust }) => {
      const unpacked = await parts.exports.unpack(file);
      try {
        const info = await trusted(into ?? unpacked.workspace.path, trust);
        await settleImport(unpacked);
        const left_out = await unpacked.place(info, !home.view().opened[info.id]);
        const { view } = await here.start(info);
        await recordOpened(info, requestId);
        return { ...info, events: view().seq, left_out };
      } finally {
        await unpacked.discard();
      }
    },

    "workspace.close": async ({ requestId }, { id }) => {
      const info = home.view().workspaces[id];
      if (!info) {
        if (home.view().opened[id]) return { closed: id };
        throw new ClustrError("not_found", `There is no workspace "${id.slice(0, 80)}". See \`clustr workspaces\`.`);
      }
      const workspace = await here.running(id);
      // From here on nothing new is asked of it.
      here.hide(id);
      try {
        if (workspace) refuseBusy(workspace);
        await home.record({ type: "workspace.closed", data: { id } }, `workspace/${id}`, requestId);
      } catch (error) {
        if (workspace) here.show(id, workspace);
        throw error;
      }
      if (workspace) await here.stop(id, workspace);
      return { closed: id };
    },
  };

  /** Who comes later finds in the feed what was lost. */
  const tellOf = async ({ damage, events, lost, aside }: Repaired, workspace: RunningWorkspace): Promise<void> => {
    if (damage === undefined) return;
    const gone =
      lost === 0
        ? "Nothing acknowledged was lost."
        : `At least ${lost === 1 ? "1 acknowledged event was" : `${lost} acknowledged events were`} lost.`;
    const content = `The ledger of this workspace was damaged (${damage}) and has been mended: ${events} events are kept. ${gone} The damaged file is in ${aside ?? "a folder beside it"}.`;
    await workspace.tell(content.slice(0, 2_000), parts.newId());
  };

  return {
    handlers,
    problem(id) {
      const problem = here.problem(id);
      return problem === undefined ? undefined : fromFailure(toFailure(problem));
    },
    get: here.get,
    all: here.all,
    async reopen() {
      for (const info of Object.values(home.view().workspaces)) {
        await here
          .start(info)
          .catch((error: unknown) =>
            log("A workspace could not be opened; it stays closed", { path: info.path, error: String(error) }),
          );
      }
    },
    close: here.close,
  };
}

/** What is asked once for every folder; the answer is to open it again with `trust`. */
function untrusted(path: string): ClustrError {
  return new ClustrError(
    "conflict",
    `${path} was never opened before. Agents in it may use its settings and run its code, so open it only if you trust where it comes from. Nothing was opened yet; open it with "trust" to agree.`,
    { details: { needs: "trust", path } },
  );
}

/** Refuses to close over the heads of agents: nobody would see what they ask. */
function refuseBusy(workspace: RunningWorkspace): void {
  const { shells } = workspace.view();
  if (shells.length > 0)
    throw new ClustrError(
      "conflict",
      `${shells.length === 1 ? "A shell is" : `${shells.length} shells are`} open in ${workspace.info.name}; nothing was closed. Close them first.`,
    );
  const agents = Object.values(workspace.view().agents).filter(({ live, external }) => live && !external);
  if (agents.length === 0) return;
  const names = agents.slice(0, 5).map(({ name }) => name);
  throw new ClustrError(
    "conflict",
    `${agents.length === 1 ? "An agent is" : `${agents.length} agents are`} alive in ${workspace.info.name} (${names.join(", ")}${agents.length > names.length ? ", …" : ""}); nothing was closed. Stop them first.`,
  );
}

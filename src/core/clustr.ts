import { ClustrError, hasCode } from "../contract/error.ts";
import type { HomeFact } from "../contract/event.ts";
import type { Workspace } from "../contract/workspace.ts";
import type { HomeCall } from "./call.ts";
import { person } from "./caller.ts";
import type { Core, OpenWorkspace } from "./core.ts";
import type { Detections } from "./detections.ts";
import { folderHandlers } from "./folders.ts";
import { homeHandlers, openHome } from "./home.ts";
import { asClustrError } from "./errors.ts";
import { parsed, permitted, workspaceFor } from "./invoke.ts";
import type { WorkspaceOpener } from "./running-workspaces.ts";
import type { Access } from "./ports/access.ts";
import type { FolderBrowser } from "./ports/folder-browser.ts";
import type { Exports } from "./ports/exports.ts";
import type { Repaired } from "./ports/damage.ts";
import type { Folders } from "./ports/folders.ts";
import type { Ledger } from "./ports/ledger.ts";
import { followPreferences, preferencesHandlers } from "./preferences.ts";
import { createRefusals } from "./refusals.ts";
import { serviceHandlers } from "./services.ts";
import { createWorkspaces } from "./workspaces.ts";

/** What the whole server is made of; the composition root fills it. */
export interface ClustrParts {
  homeLedger: Ledger<HomeFact>;
  folders: Folders;
  browser: FolderBrowser;
  detections: Detections;
  access: Access;
  exports: Pick<Exports, "unpack">;
  newId(): string;
  now(): number;
  open: WorkspaceOpener;
  /** Mends a workspace's ledger, which is not open. */
  repair(info: Workspace): Promise<Repaired>;
  /** Ends the server, and unless they are kept, first all agents. */
  shutdown(keepAgents: boolean): Promise<{ agents_ended: number; survivors: number[] }>;
  log(message: string, details?: Record<string, unknown>): void;
  fail(error: unknown): void;
}

/** All of Clustr: what surfaces see, and what its owner needs beyond that. */
export interface Clustr extends Core {
  workspaces(): OpenWorkspace[];
  /** Opens every workspace that was open; one that cannot be opened is logged and left out. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** All of Clustr but its surfaces and adapters. */
export async function createClustr(parts: ClustrParts): Promise<Clustr> {
  const stopped = new AbortController();
  const home = await openHome(
    parts.homeLedger,
    stopped.signal,
    (error) => !stopped.signal.aborted && parts.fail(error),
  );
  const workspaces = createWorkspaces({ ...parts, home });
  const refused = createRefusals(home, parts);
  const ownHandlers = {
    ...homeHandlers(home, parts.access, parts.shutdown),
    ...preferencesHandlers(home),
    ...workspaces.handlers,
    ...serviceHandlers(parts.detections),
    ...folderHandlers(parts.folders, parts.browser),
  };

  return {
    async invoke(name, input, caller, { workspace, requestId }) {
      try {
        const operation = permitted(name, caller);
        // Whose it is comes first: what is wrong with a call into another's workspace is nobody's to learn.
        const id = operation.scope === "workspace" ? workspaceFor(caller, workspace) : undefined;
        const values = parsed(operation, input);
        if (id === undefined) {
          return await (ownHandlers[name as keyof typeof ownHandlers] as Handler<HomeCall>)(
            { caller, requestId },
            values,
          );
        }
        const open = workspaces.get(id);
        if (!open)
          throw (
            workspaces.problem(id) ??
            new ClustrError(
              "not_found",
              `There is no open workspace "${id.slice(0, 80)}". Open its folder with \`clustr FOLDER\`.`,
            )
          );
        return await (open.handlers[name as keyof typeof open.handlers] as Handler<ReturnType<typeof open.call>>)(
          open.call(caller, requestId),
          values,
        );
      } catch (error) {
        if (hasCode(error, "forbidden", "limited")) refused(caller, name, error.code, error.message);
        throw asClustrError(error, parts.log, { operation: name });
      }
    },
    workspaces: workspaces.all,
    workspace: workspaces.get,
    agent: (workspace, agent) => workspaces.get(workspace)?.agent(agent),
    grantLogin: (hash) =>
      home.record({ type: "login.granted", data: { hash } }, "logins", `login/${hash}`, person.actor),
    preferences: (signal) => followPreferences(home, AbortSignal.any([signal, stopped.signal])),
    hasLogin: (hash) => home.view().logins.includes(hash),
    refused,
    reopen: workspaces.reopen,
    async close() {
      await workspaces.close();
      stopped.abort(new Error("The server was closed."));
      await parts.homeLedger.close();
    },
  };
}

type Handler<Call> = (call: Call, input: Record<string, unknown>) => Promise<unknown>;

import { ClustrError } from "../contract/error.ts";
import type { HomeFact } from "../contract/event.ts";
import type { home as homeOperations } from "../contract/operations/home.ts";
import { DEFAULT_LIMITS, Limits, type Workspace } from "../contract/workspace.ts";
import type { Handlers } from "./call.ts";
import { person, type Caller } from "./caller.ts";
import type { Core, OpenWorkspace } from "./core.ts";
import { realFolder } from "./folder.ts";
import { openHome } from "./home.ts";
import { parsed, permitted, workspaceFor } from "./invoke.ts";
import type { Access } from "./ports/access.ts";
import type { Folders } from "./ports/folders.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { RunningWorkspace } from "./workspace.ts";

/** How long the same refusal to the same caller is recorded only once. */
const REFUSAL_MS = 60_000;
const REFUSALS = 1_000;

export interface ClustrParts {
  homeLedger: Ledger<HomeFact>;
  folders: Folders;
  access: Access;
  newId(): string;
  now(): number;
  /** Opens the runtime of a workspace: its ledger, its reactors. */
  open(info: Workspace, limits: () => Limits): Promise<RunningWorkspace>;
  /** Ends the server, and unless they are kept, first all agents. */
  shutdown(keepAgents: boolean): Promise<{ agents_ended: number; survivors: number[] }>;
  log(message: string, details?: Record<string, unknown>): void;
  fail(error: unknown): void;
}

export interface Clustr extends Core {
  workspaces(): OpenWorkspace[];
  /** Opens every workspace that was open; one that cannot be opened is logged and left out. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

interface HomeCall {
  caller: Caller;
  requestId: string;
}

/** All of Clustr but its surfaces and adapters. */
export async function createClustr(parts: ClustrParts): Promise<Clustr> {
  const stopped = new AbortController();
  const home = await openHome(
    parts.homeLedger,
    stopped.signal,
    (error) => !stopped.signal.aborted && parts.fail(error),
  );
  const running = new Map<string, Promise<RunningWorkspace>>();
  const ready = new Map<string, RunningWorkspace>();
  const refusals = new Map<string, number>();

  const start = (info: Workspace): Promise<RunningWorkspace> => {
    const known = running.get(info.id);
    if (known) return known;
    const opening = parts.open(info, () => home.view().limits);
    running.set(info.id, opening);
    opening.then(
      (workspace) => ready.set(info.id, workspace),
      () => running.delete(info.id),
    );
    return opening;
  };

  const homeHandlers: Handlers<typeof homeOperations, HomeCall> = {
    "workspace.list": async ({ caller }) =>
      Object.values(home.view().workspaces).filter(
        ({ id }) => caller.workspace === undefined || caller.workspace === id,
      ),
    "workspace.open": async ({ requestId }, { path }) => {
      const real = await realFolder(parts.folders, path);
      const info: Workspace = { id: parts.folders.idOf(real), name: parts.folders.nameOf(real), path: real };
      await start(info);
      if (!home.view().workspaces[info.id])
        await home.record({ type: "workspace.opened", data: info }, `workspace/${info.id}`, requestId);
      return info;
    },
    "limits.set": async ({ requestId }, changes) => {
      const asked = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      if (Object.keys(asked).length === 0) return home.view().limits;
      const limits = Limits.parse({ ...DEFAULT_LIMITS, ...home.view().limits, ...asked });
      await home.record({ type: "limits.changed", data: { limits } }, "limits", requestId);
      return home.view().limits;
    },
    "link.create": async () => parts.access.link(),
    "server.shutdown": async (_call, { keep_agents }) => parts.shutdown(keep_agents),
  };

  const refused: Core["refused"] = (caller, operation, code, message) => {
    const who = caller?.actor ?? { kind: "system" as const };
    const key = `${who.kind === "agent" ? who.id : who.kind} ${operation} ${code}`;
    const now = parts.now();
    if (Math.abs(now - (refusals.get(key) ?? 0)) < REFUSAL_MS) return;
    if (refusals.size >= REFUSALS) refusals.clear();
    refusals.set(key, now);
    home
      .record(
        { type: "call.refused", data: { operation, code, message: message.slice(0, 500) } },
        "refusals",
        parts.newId(),
        who,
      )
      .catch((error: unknown) => parts.log("A refusal could not be recorded", { operation, error: String(error) }));
  };

  return {
    async invoke(name, input, caller, { workspace, requestId }) {
      try {
        const operation = permitted(name, caller);
        const values = parsed(operation, input);
        if (operation.scope === "home") {
          return await (homeHandlers[name as keyof typeof homeHandlers] as Handler<HomeCall>)(
            { caller, requestId },
            values,
          );
        }
        const id = workspaceFor(caller, workspace);
        const open = ready.get(id);
        if (!open)
          throw new ClustrError(
            "not_found",
            `There is no open workspace "${id.slice(0, 80)}". Open its folder with \`clustr FOLDER\`.`,
          );
        return await (open.handlers[name as keyof typeof open.handlers] as Handler<ReturnType<typeof open.call>>)(
          open.call(caller, requestId),
          values,
        );
      } catch (error) {
        if (error instanceof Error && error.name === "ClustrError") {
          const { code, message } = error as ClustrError;
          if (code === "forbidden" || code === "limited") refused(caller, name, code, message);
          throw error;
        }
        parts.log("An operation failed inside", {
          operation: name,
          error: error instanceof Error ? error.stack : String(error),
        });
        throw new ClustrError(
          "internal",
          "Clustr failed inside; nothing acknowledged was lost. The server's log has the details.",
          { cause: error },
        );
      }
    },
    workspaces: () => [...ready.values()],
    workspace: (id) => ready.get(id),
    agent: (workspace, agent) => ready.get(workspace)?.agent(agent),
    grantLogin: (hash) =>
      home.record({ type: "login.granted", data: { hash } }, "logins", `login/${hash}`, person.actor),
    hasLogin: (hash) => home.view().logins.includes(hash),
    refused,
    async reopen() {
      for (const info of Object.values(home.view().workspaces)) {
        await start(info).catch((error: unknown) =>
          parts.log("A workspace could not be opened; it stays closed", { path: info.path, error: String(error) }),
        );
      }
    },
    async close() {
      const open = await Promise.allSettled(running.values());
      await Promise.all(open.flatMap((result) => (result.status === "fulfilled" ? [result.value.close()] : [])));
      stopped.abort(new Error("The server was closed."));
      await parts.homeLedger.close();
    },
  };
}

type Handler<Call> = (call: Call, input: Record<string, unknown>) => Promise<unknown>;

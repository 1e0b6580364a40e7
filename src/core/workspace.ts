import { ClustrError } from "../contract/error.ts";
import type { Fact } from "../contract/event.ts";
import { applyEvent } from "../contract/fold.ts";
import { emptyView, type View } from "../contract/view.ts";
import type { Limits, Workspace } from "../contract/workspace.ts";
import type { agents as agentOperations } from "../contract/operations/agents.ts";
import { agentHandlers, findAgent } from "./agents.ts";
import { attentionHandlers } from "./attention.ts";
import type { RunParts } from "./runs/parts.ts";
import { terminalId } from "./runs/terminals.ts";
import { appendPatiently, decide } from "./append.ts";
import { agentCaller, type Caller } from "./caller.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import { changeHandlers } from "./changes.ts";
import { watchCollisions } from "./changes/collisions.ts";
import { FolderLog } from "./changes/folder-log.ts";
import { CallKeeper } from "./changes/tool-calls.ts";
import { contextHandlers } from "./context.ts";
import type { OpenWorkspace } from "./core.ts";
import type { Detections } from "./detections.ts";
import { eventHandlers } from "./events.ts";
import { systemEntry } from "./entry.ts";
import { exportHandlers, type ExportsParts } from "./exports.ts";
import { feedHandlers } from "./feed.ts";
import { fileHandlers, type FilesParts } from "./files.ts";
import { createLine } from "./line.ts";
import { followLedger } from "./live-view.ts";
import { messageHandlers } from "./messages.ts";
import { noticeTo, PERSON_INBOX } from "./notice.ts";
import type { Folders } from "./ports/folders.ts";
import type { Ledger } from "./ports/ledger.ts";
import type { FolderStore } from "./ports/snapshots.ts";
import type { RulesFile } from "./ports/rules-file.ts";
import type { Evidence, Service } from "./ports/service.ts";
import { createDelivery } from "./reactors/deliver.ts";
import { forgetAgents } from "./reactors/forget.ts";
import { sendNotices } from "./reactors/notices.ts";
import { watchPresence } from "./reactors/presence.ts";
import { reviveAgents } from "./reactors/revive.ts";
import { followRulesFile } from "./reactors/rules-file.ts";
import { superviseAgents } from "./reactors/supervise.ts";
import { wakeSnoozed } from "./reactors/wake.ts";
import { policyHandlers } from "./policies.ts";
import { rulesHandlers } from "./rules.ts";
import { settingsHandlers } from "./settings.ts";
import { snapshotHandlers } from "./snapshots.ts";
import { shellOf } from "../contract/shell-address.ts";
import { followShells, shellTerminal, type Shells } from "./reactors/shells.ts";
import { shellHandlers } from "./shells.ts";
import { terminalHandlers } from "./terminals.ts";
import { tokenHandlers } from "./tokens.ts";
import { uploadHandlers, type UploadsParts } from "./uploads.ts";

/** What one workspace is made of; the composition root fills it. */
export interface WorkspaceParts extends Omit<RunParts, "workspace">, FilesParts, UploadsParts, ExportsParts {
  info: Workspace;
  ledger: Ledger;
  rulesFile: RulesFile;
  folders: Folders;
  services: ReadonlyMap<string, Service>;
  detections: Detections;
  limits(): Limits;
  newId(): string;
  now(): number;
  ticks(): number;
  /** Opens what keeps the folder's contents. Rejects when they cannot be kept, with what to do. */
  openStore(): Promise<FolderStore>;
  /** The workspace cannot go on: its ledger cannot be followed. */
  fail(error: unknown): void;
}

/** An open workspace with the way in for calls. */
export interface RunningWorkspace extends OpenWorkspace {
  handlers: WorkspaceHandlers;
  call(caller: Caller, requestId: string): WorkspaceCall;
  agent(id: string): Caller | undefined;
  /** Has the workspace itself say something to the person, once under this id. */
  tell(content: string, id: string): Promise<void>;
  close(): Promise<void>;
}

export type WorkspaceHandlers = ReturnType<typeof allHandlers>;

/** Opens a workspace: folds its ledger, brings its agents and its rules file in step, and starts its reactors. */
export async function openWorkspace(given: WorkspaceParts): Promise<RunningWorkspace> {
  const { ledger, info, newId, now, log } = given;
  const stopped = new AbortController();
  const { signal } = stopped;
  const inLine = createLine();
  const live = await followLedger(
    ledger,
    { first: emptyView(), apply: applyEvent },
    signal,
    (error) => !signal.aborted && given.fail(error),
  );
  const parts = { ...given, workspace: info.id, live };
  await sendNotices(parts, signal);
  const rules = await followRulesFile(parts.rulesFile, parts, signal);
  const delivery = createDelivery(ledger, live, now, newId, signal, log);
  const presence = watchPresence(parts, signal);
  const shells = followShells(parts, signal);
  const folderLog = new FolderLog(parts, signal);
  watchCollisions(parts, signal);
  // In the background: whoever needs it waits for it.
  folderLog.goOn().catch((error: unknown) => log("The folder cannot be followed", { error: String(error) }));
  const calls = new CallKeeper({ ...parts, folder: info.path }, folderLog, signal);
  const supervisor = superviseAgents({ ...parts, delivery, folderLog, calls }, signal);
  // Hooks that the door repeats after a restart must find their agents.
  await supervisor.adopted;
  reviveAgents(parts, parts.limits, signal);
  forgetAgents(parts, signal);
  wakeSnoozed(parts, signal);

  return {
    info,
    handlers: allHandlers({ ...parts, shells }, folderLog, (agent) => {
      const { live: alive } = live.current().agents[agent] ?? {};
      const process = { source: "process", says: alive ? "alive" : "ended" };
      return [process, ...(supervisor.run(agent)?.evidence() ?? [])];
    }),
    view: live.current,
    tail: (after, until) => ledger.tail(after, AbortSignal.any([signal, until])),
    call: (caller, requestId) => ({
      id: requestId,
      caller,
      workspace: info,
      ledger,
      limits: parts.limits(),
      view: live.current,
      decide: (subject, make, part) => {
        const id = part === undefined ? requestId : `${requestId}/${part}`;
        const known = async (): Promise<Fact> => checkKnown(live.current(), caller, await make(live.current()));
        return inLine(subject, () => decide(ledger, live.reached, { id, actor: caller.actor, subject }, known));
      },
      earlier: () => ledger.find(requestId),
      until: live.until,
    }),
    agent(id) {
      const view = live.current();
      const agent = view.agents[id];
      if (agent) {
        presence.sign(id);
        return agent.live || agent.external ? agentCaller(info.id, id, agent.name) : undefined;
      }
      return view.invites[id] ? agentCaller(info.id, id, view.invites[id]?.name ?? "") : undefined;
    },
    hook: async (agent, call) => (await supervisor.run(agent)?.hook(call)) ?? {},
    async tell(content, id) {
      await appendPatiently(ledger, systemEntry(noticeTo([PERSON_INBOX], id, content), "notices", id), signal);
    },
    toolsListed: (agent) => supervisor.run(agent)?.toolsListed(),
    terminalOf(name) {
      const shell = shellOf(name);
      if (shell !== undefined)
        return live.current().shells.some(({ id }) => id === shell) ? shellTerminal(info.id, shell) : undefined;
      const agent = findAgent(live.current(), name);
      return agent && !agent.external ? terminalId(agent) : undefined;
    },
    async close() {
      await supervisor.close();
      stopped.abort(new Error("The workspace was closed."));
      await folderLog.close();
      await rules.settled();
      await ledger.close();
    },
  };
}

/** Refuses what an agent without a record wants written: an invited one has to join first, a removed one is gone. */
function checkKnown(view: View, { actor }: Caller, fact: Fact): Fact {
  if (actor.kind !== "agent" || view.agents[actor.id] || fact.type === "agent.joined") return fact;
  throw new ClustrError(
    "conflict",
    "You are not (or no longer) an agent of this workspace; nothing was changed. Call register_agent with a name first.",
  );
}

function allHandlers(
  parts: WorkspaceParts & { shells: Shells },
  folderLog: FolderLog,
  evidenceOf: (agent: string) => Evidence[],
) {
  const agents: Handlers<typeof agentOperations, WorkspaceCall> = agentHandlers({ ...parts, evidenceOf });
  return {
    ...agents,
    ...messageHandlers(parts.newId, parts.now),
    ...feedHandlers,
    ...shellHandlers(parts.folders, parts.shells, parts.newId),
    ...contextHandlers,
    ...rulesHandlers(parts.rulesFile.path),
    ...settingsHandlers,
    ...attentionHandlers(parts.now),
    ...policyHandlers(parts.newId),
    ...terminalHandlers(parts.screens),
    ...snapshotHandlers(folderLog),
    ...changeHandlers(folderLog, parts.folders, parts.info.path),
    ...eventHandlers,
    ...fileHandlers(parts),
    ...uploadHandlers(parts),
    ...exportHandlers(parts),
    ...tokenHandlers(parts.access, parts.door, parts.newId),
  };
}

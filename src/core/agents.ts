import { inboxOf } from "../contract/actor.ts";
import type { Agent } from "../contract/agent.ts";
import { ClustrError, reasonOf } from "../contract/error.ts";
import type { Fact } from "../contract/event.ts";
import { foldName } from "../contract/name.ts";
import type { agents } from "../contract/operations/agents.ts";
import type { View } from "../contract/view.ts";
import type { Handlers, WorkspaceCall } from "./call.ts";
import type { Detections } from "./detections.ts";
import { folderInside } from "./folders.ts";
import type { Folders } from "./ports/folders.ts";
import { pastAgents } from "./past-agents.ts";
import type { Evidence } from "./ports/service.ts";
import { resumption, wasCutShort } from "./resuming.ts";
import { checkFree, checkRoom, originOf } from "./spawning.ts";
import { stopOf } from "./stopping.ts";
import { checkText } from "./texts.ts";

/** How long `stop` waits for the end of everything an agent started. */
const STOP_WAIT_MS = 15_000;
/** How long `interrupt` waits for the end of a turn. */
const INTERRUPT_WAIT_MS = 10_000;

/** Names a refusal lists. */
const NAMED = 20;

/** The subject of everything that changes who there is: names, limits and rates are decided on it. */
export const REGISTRY = "agents";

interface Parts {
  folders: Folders;
  detections: Detections;
  newId(): string;
  now(): number;
  /** What each source tells of an agent now; empty for one without a session. */
  evidenceOf(agent: string): Evidence[];
}

/** Agents: start, list, announce, stop, restart, remove. Doing it is the supervisor's (core/reactors/supervise.ts). */
export function agentHandlers({
  folders,
  detections,
  newId,
  now,
  evidenceOf,
}: Parts): Handlers<typeof agents, WorkspaceCall> {
  return {
    "agent.spawn": async (call, input) => {
      checkText("The task", input.task, 200_000);
      const { actor } = call.caller;
      const own = actor.kind === "agent" ? call.view().agents[actor.id]?.service : undefined;
      const service = detections.known(
        input.service ?? (own !== undefined && detections.has(own) ? own : detections.first()),
      );
      const cwd = await folderInside(folders, call.workspace.path, input.cwd ?? ".");
      await detections.requireInstalled(service);
      const id = newId();
      const event = await call.decide(REGISTRY, (view) => {
        const request = {
          id,
          name: input.name,
          service,
          task: input.task,
          cwd,
          model: input.model,
          autonomy: input.autonomy,
        };
        return {
          type: "agent.spawned",
          data: { agent: originOf(view, actor, request, call.limits, now()), rules_revision: view.rules.revision },
        };
      });
      if (event.type !== "agent.spawned")
        throw new ClustrError(
          "conflict",
          "This request id was used for another operation before; nothing was spawned.",
        );
      return record(call.view(), event.data.agent.id);
    },

    "agent.list": async (call, { status }) => {
      const all = Object.values(call.view().agents);
      return status ? all.filter((agent) => agent.status === status) : all;
    },

    "agent.past": (call, page) => pastAgents(call.ledger, page),

    "agent.peers": async (call) => ({
      agents: Object.values(call.view().agents).map((agent) => {
        const { name, service, task, status, sure, outcome, activity, working_on, cwd, spawned_by, files = [] } = agent;
        const told = { ...(outcome && { outcome }), ...(activity && { activity }), ...(working_on && { working_on }) };
        return {
          name,
          service,
          task,
          status,
          sure,
          cwd,
          spawned_by,
          files,
          ...told,
          you: agent.id === inboxOf(call.caller.actor),
        };
      }),
    }),

    "agent.register": async (call, { name, working_on }) => {
      const { actor } = call.caller;
      if (actor.kind !== "agent") throw new ClustrError("forbidden", "Only an agent registers itself.");
      const known = call.view().agents[actor.id];
      if (!known) {
        await join(call, actor.id, name);
      } else if (name !== undefined && foldName(name) !== foldName(known.name)) {
        throw new ClustrError(
          "invalid",
          `Your name is "${known.name}" and stays so; call register_agent without a name.`,
        );
      }
      // A second fact of one call: it needs an id of its own, also when a repeat finds the agent joined already.
      if (working_on !== undefined) await announce(call, actor.id, working_on, "announce");
      return record(call.view(), actor.id);
    },

    "agent.report": async (call, { working_on }) => {
      const { actor } = call.caller;
      await announce(call, inboxOf(actor), working_on);
      return record(call.view(), inboxOf(actor));
    },

    "agent.stop": async (call, { name, descendants }) => {
      const { id } = agentNamed(call.view(), name);
      const event = await call.decide(REGISTRY, (view) => stopOf(view, record(view, id), descendants));
      const also = (event.type === "agent.stop_requested" && event.data.also) || [];
      const ended = (view: View, one: string): boolean => view.agents[one]?.stopping !== true;
      await call.until((view) => [id, ...also.map((each) => each.id)].every((one) => ended(view, one)), STOP_WAIT_MS);
      const names = also.map((each) => call.view().agents[each.id]?.name ?? each.id);
      return { ...record(call.view(), id), ...(names.length > 0 ? { also: names } : {}) };
    },

    "agent.restart": async (call, { name }) => {
      const { id } = agentNamed(call.view(), name);
      await call.decide(REGISTRY, (view) => {
        const agent = record(view, id);
        if (agent.external)
          throw new ClustrError("invalid", `${agent.name} was started outside Clustr; start it again there.`);
        if (!agent.live) {
          checkFree(view, agent.name);
          checkRoom(view, call.limits, false);
        }
        return { type: "agent.restarted", data: { id, run: agent.run + 1, rules_revision: view.rules.revision } };
      });
      return record(call.view(), id);
    },

    "agent.resume": async (call, { name }) => {
      const { id } = agentNamed(call.view(), name);
      await call.decide(REGISTRY, (view) => resumption(view, record(view, id), call.limits));
      return record(call.view(), id);
    },

    "agent.resume_all": async (call) => {
      const resumed: string[] = [];
      const left: { name: string; why: string }[] = [];
      for (const { id, name, run } of Object.values(call.view().agents).filter(wasCutShort)) {
        const again = (view: View): Fact => resumption(view, record(view, id), call.limits);
        await call.decide(REGISTRY, again, `${id}/${run}`).then(
          () => resumed.push(name),
          (error: unknown) => left.push({ name, why: reasonOf(error) }),
        );
      }
      return { resumed, left };
    },

    "agent.interrupt": async (call, { name }) => {
      const { id } = agentNamed(call.view(), name);
      await call.decide(`agent/${id}`, (view) => {
        const agent = record(view, id);
        if (agent.external)
          throw new ClustrError("invalid", `${agent.name} was started outside Clustr; stop its turn there.`);
        if (agent.status !== "running")
          throw new ClustrError("conflict", `${agent.name} is ${agent.status}: no turn of it runs.`);
        return { type: "agent.interrupted", data: { id, run: agent.run } };
      });
      await call.until((view) => view.agents[id]?.status !== "running", INTERRUPT_WAIT_MS);
      return record(call.view(), id);
    },

    "agent.explain": async (call, { name }) => {
      const agent = agentNamed(call.view(), name);
      const evidence = evidenceOf(agent.id).map(({ at, ...told }) => ({
        ...told,
        ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
      }));
      return { name: agent.name, status: agent.status, sure: agent.sure, since: agent.status_at, evidence };
    },

    "agent.remove": async (call, { name }) => {
      const before = await call.earlier();
      if (before?.type === "agent.removed") return { removed: before.data.name };
      const agent = agentNamed(call.view(), name);
      const event = await call.decide(REGISTRY, (view) => {
        const { live, external } = record(view, agent.id);
        if (live && !external)
          throw new ClustrError(
            "conflict",
            `${agent.name} is still live; nothing was removed. Stop it first with \`clustr stop ${agent.name}\`.`,
          );
        return { type: "agent.removed", data: { id: agent.id, name: agent.name } };
      });
      return { removed: event.type === "agent.removed" ? event.data.name : agent.name };
    },
  };
}

/** The agent a name means: the live one, else the newest of that name. */
export function findAgent(view: View, name: string): Agent | undefined {
  const folded = foldName(name);
  const candidates = Object.values(view.agents).filter((agent) => foldName(agent.name) === folded);
  return (
    candidates.find(({ live }) => live) ?? candidates.toSorted((a, b) => (a.spawned_at < b.spawned_at ? 1 : -1))[0]
  );
}

/** The same, or a refusal that lists who there is. */
export function agentNamed(view: View, name: string): Agent {
  const agent = findAgent(view, name);
  if (agent) return agent;
  const names = Object.values(view.agents).map((each) => each.name);
  const some = names.slice(0, NAMED).join(", ");
  const others =
    names.length > NAMED ? `, and ${names.length - NAMED} more. Who ended long ago: \`clustr past\`.` : ".";
  throw new ClustrError(
    "not_found",
    `There is no agent "${name.slice(0, 60)}". ${names.length > 0 ? `There are: ${some}${others}` : "There are none yet."}`,
  );
}

function record(view: View, id: string): Agent {
  const agent = view.agents[id];
  if (!agent)
    throw new ClustrError(
      "not_found",
      "That agent is not (or no longer) in this workspace. An agent that joins calls register_agent with a name first.",
    );
  return agent;
}

async function join(call: WorkspaceCall, id: string, asked: string | undefined): Promise<void> {
  await call.decide(REGISTRY, (view) => {
    const name = view.invites[id]?.name ?? asked;
    if (name === undefined)
      throw new ClustrError("invalid", "Call register_agent with a name: others will address you by it.");
    checkFree(view, name);
    const origin = {
      id,
      name,
      service: "external",
      task: "",
      cwd: call.workspace.path,
      autonomy: "ask" as const,
      spawned_by: "human",
      spawned_by_id: "human",
      depth: 0,
      external: true,
    };
    return { type: "agent.joined", data: { agent: origin, rules_revision: view.rules.revision } };
  });
}

async function announce(call: WorkspaceCall, id: string, working_on: string, part?: string): Promise<void> {
  await call.decide(
    `agent/${id}`,
    (view) => ({ type: "agent.announced", data: { id: record(view, id).id, working_on } }),
    part,
  );
}

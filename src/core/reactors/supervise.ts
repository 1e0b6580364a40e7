import type { Agent } from "../../contract/agent.ts";
import { hasCode } from "../../contract/error.ts";
import type { Fact } from "../../contract/event.ts";
import { decisionFor } from "../../contract/policy.ts";
import type { Workspace } from "../../contract/workspace.ts";
import { appendPatiently } from "../append.ts";
import type { FolderLog } from "../changes/folder-log.ts";
import type { CallKeeper } from "../changes/tool-calls.ts";
import type { Detections } from "../detections.ts";
import { systemEntry } from "../entry.ts";
import { createLine } from "../line.ts";
import { goneBy } from "../past-agents.ts";
import type { Service, Signal } from "../ports/service.ts";
import type { TerminalExit } from "../ports/terminal.ts";
import { instructionsFor } from "../role.ts";
import { prepare } from "../runs/prepare.ts";
import type { RunParts } from "../runs/parts.ts";
import { startRun, type AgentRun } from "../runs/run.ts";
import { endTerminals, forgetTerminals, lastLines, terminalId } from "../runs/terminals.ts";
import { endOf, factsOf, lostFact, preparing } from "../status.ts";
import { createTurns } from "../turns.ts";
import { adoptAgents } from "./adopt.ts";
import { createAnswers } from "./answers.ts";
import type { Delivery } from "./deliver.ts";
import type { ReactorParts } from "./reactor.ts";

interface Parts extends RunParts, ReactorParts {
  info: Workspace;
  services: ReadonlyMap<string, Service>;
  detections: Detections;
  delivery: Delivery;
  folderLog: FolderLog;
  calls: CallKeeper;
}

/** Starts, adopts, watches and ends agents, as the ledger says they should be. */
export interface Supervisor {
  /** Resolves when every agent that still runs has been taken over: from then on its hooks are answered. */
  readonly adopted: Promise<void>;
  run(agent: string): AgentRun | undefined;
  /** Lets go of every agent; they go on. */
  close(): Promise<void>;
}

/** Follows the ledger from now on; agents that a server before this one left are taken over. The signal ends it. */
export function superviseAgents(parts: Parts, signal: AbortSignal): Supervisor {
  const { live, ledger, delivery } = parts;
  /** One for each agent that is alive, by its id; the limit on live agents bounds them. */
  const runs = new Map<string, AgentRun>();
  /** Runs that are being ended: a session that opens only now gets no mail. */
  const leaving = new WeakSet<AgentRun>();
  const letGo = new AbortController();
  const over = AbortSignal.any([signal, letGo.signal]);
  /** Work on one agent happens in order. */
  const turns = createTurns(over, (agent, error) =>
    parts.log("Supervising an agent failed", { agent, error: String(error) }),
  );

  const inLine = createLine();
  /**
   * Appends what the newest view of the agent makes of something, if the run is still the present one. One after the other
   * for each agent: decided beside another that waits for room on the disk, the older of the two would be written last.
   */
  const note = (id: string, run: number, facts: (agent: Agent) => Fact[]): Promise<void> =>
    inLine(id, async () => {
      const agent = live.current().agents[id];
      if (!agent || agent.run !== run) return;
      for (const fact of facts(agent)) {
        const event = await appendPatiently(ledger, systemEntry(fact, `agent/${id}`, parts.newId()), over);
        await live.reached(event.seq);
      }
    });

  const answers = createAnswers({ live, note, log: parts.log }, runs);

  /** Whether a run is still the one that should be there. */
  const wanted = ({ id, run }: Agent): boolean => {
    const now = live.current().agents[id];
    return !over.aborted && now?.live === true && now.run === run && !now.stopping;
  };

  /** Starts a run of an agent, or takes over the one that goes on. */
  const begin = async (agent: Agent, adopted: boolean): Promise<void> => {
    if (!wanted(agent)) return;
    const { id, run } = agent;
    const fail = (reason: string): Promise<void> =>
      note(id, run, (now) => factsOf(now, { type: "failed", reason }, ""));
    const service = parts.services.get(agent.service);
    if (!service) return fail(`The service "${agent.service}" does not exist in this version.`);
    if (!adopted) {
      const show = (activity: string): Promise<void> =>
        note(id, run, (now) => (now.activity === activity ? [] : [preparing(now, activity)]));
      const problem = await prepare(agent, service, { ...parts, show, wanted: () => wanted(agent) });
      // It may have been stopped or started anew meanwhile.
      if (!wanted(agent)) return;
      if (problem !== undefined) return fail(problem);
    }
    const instructions = instructionsFor(agent, parts.info, live.current().rules);
    const started: AgentRun = startRun(parts, service, agent, instructions, {
      signal: (evidence) => turns.take(`${id}/signals`, () => take(started, evidence)),
      ended: (exit) => void turns.take(id, () => ended(id, run, exit)),
      // What the last hooks of a run that is being replaced were given would be lost with it.
      takeParcels: async (requestId, channel, moment) =>
        wanted(agent) ? delivery.take(id, requestId, channel, moment) : [],
      policy: (tool, subject) => decisionFor(live.current().policies, tool, subject),
      calls: parts.calls.of(agent),
    });
    runs.set(id, started);
    started.opened.then(
      (session) => {
        if (runs.get(id) !== started || leaving.has(started)) return;
        delivery.open(id, session, adopted);
        if (adopted) void answers.reopen(id);
      },
      (error: unknown) => {
        if (over.aborted) return;
        const reason = hasCode(error) ? error.message : `${service.title} could not be started: ${String(error)}`;
        void turns.take(id, async () => {
          if (runs.get(id) !== started) return;
          await note(id, run, (now) => (now.live && !now.stopping ? factsOf(now, { type: "failed", reason }, "") : []));
          await end(started);
        });
      },
    );
  };

  /** Takes what a run's service tells of its tool. */
  const take = async (started: AgentRun, evidence: Signal): Promise<void> => {
    const { id, run } = started.agent;
    if (evidence.type === "seen") return delivery.seen(id, evidence.messages);
    if (evidence.type === "forgot") return delivery.forgot(id, evidence.why, evidence.messages);
    await note(id, run, (now) => {
      // That it cannot work any more is how a stop looks from inside.
      const expected = evidence.type === "failed" && now.stopping;
      return now.live && !expected ? factsOf(now, evidence, new Date(parts.now()).toISOString()) : [];
    });
    // Only its own run: the next one may have begun. Mail waits for that one.
    if (evidence.type === "failed")
      void turns.take(id, () => (runs.get(id) === started ? end(started) : Promise.resolve()));
    else if (evidence.type !== "session") delivery.kick(id);
  };

  /** The process of a run has ended by itself. */
  const ended = async (id: string, run: number, exit: TerminalExit): Promise<void> => {
    const agent = live.current().agents[id];
    if (!agent?.live || agent.run !== run) return;
    const gone = exit.at === "";
    const last = gone || agent.status !== "spawning" ? "" : await lastLines(parts, terminalId(agent));
    await note(id, run, (now) => [
      gone
        ? lostFact(now, `Its terminal host vanished. \`clustr restart ${now.name}\` runs its task again.`)
        : endOf(now, exit, last),
    ]);
    const started = runs.get(id);
    if (started) await end(started);
  };

  /** Ends whatever a run left, then forgets the run. */
  const end = async (started: AgentRun): Promise<void> => {
    const { id, name } = started.agent;
    leaving.add(started);
    delivery.close(id);
    parts.calls.ended(started.agent);
    try {
      const survivors = await started.end();
      if (survivors.length > 0) parts.log("Processes of an agent could not be ended", { agent: name, pids: survivors });
    } finally {
      await started.close();
      if (runs.get(id) === started) runs.delete(id);
      await parts.folderLog
        .end(started.agent)
        .catch((error: unknown) =>
          parts.log("The end of a run could not be noted", { agent: name, error: String(error) }),
        );
    }
  };

  /** Ends everything of an agent, but nothing of the run to come. */
  const endAll = async (id: string, but?: string): Promise<void> => {
    const started = runs.get(id);
    if (started) await end(started);
    await endTerminals(parts, id, but);
  };

  const stop = async (agent: Agent): Promise<void> => {
    await endAll(agent.id);
    await note(agent.id, agent.run, (now) => (now.live ? [lostFact(now, "")] : []));
  };

  const restart = async (agent: Agent): Promise<void> => {
    await endAll(agent.id, terminalId(agent));
    await begin(agent, false);
  };

  const remove = async (id: string): Promise<void> => {
    await endAll(id);
    await forgetTerminals(parts, id);
  };

  live.watch((event, view) => {
    if (event.type === "agent.spawned") {
      const agent = view.agents[event.data.agent.id];
      if (agent) void turns.take(agent.id, () => begin(agent, false));
    }
    if (event.type === "agent.stop_requested")
      for (const { id } of [event.data, ...(event.data.also ?? [])]) {
        const agent = view.agents[id];
        if (agent?.stopping) void turns.take(id, () => stop(agent));
      }
    if (event.type === "agent.restarted") {
      const agent = view.agents[event.data.id];
      if (agent) void turns.take(agent.id, () => restart(agent));
    }
    const gone = goneBy(event);
    if (gone !== undefined) void turns.take(gone, () => remove(gone));
    if (event.type === "attention.answered") void answers.carryOut(event.data);
    if (event.type === "agent.interrupted")
      runs
        .get(event.data.id)
        ?.interrupt()
        .catch((error: unknown) => parts.log("A turn could not be stopped", { ...event.data, error: String(error) }));
  });

  return {
    adopted: adoptAgents(
      { ...parts, turns },
      {
        begin,
        ended,
        stop,
        remove,
        note,
        runs: (id) => runs.has(id),
        endTerminals: (id, but) => endTerminals(parts, id, but),
      },
    ),
    run: (id) => runs.get(id),
    async close() {
      letGo.abort(new Error("The server lets go of its agents."));
      await Promise.all([...runs.values()].map((run) => run.close()));
      await turns.settled();
    },
  };
}

import type { Agent } from "../../contract/agent.ts";
import type { Fact } from "../../contract/event.ts";
import type { View } from "../../contract/view.ts";
import type { Workspace } from "../../contract/workspace.ts";
import { startRun, terminalId, type AgentRun, type RunParts } from "../agent-run.ts";
import { append } from "../append.ts";
import { problemsOf, type Detections } from "../detections.ts";
import type { LiveView } from "../live-view.ts";
import type { Ledger } from "../ports/ledger.ts";
import type { Service, Signal } from "../ports/service.ts";
import type { TerminalExit } from "../ports/terminal.ts";
import { instructionsFor } from "../role.ts";
import { endOf, factsOf, lostFact } from "../status.ts";
import type { Delivery } from "./deliver.ts";

interface Parts extends RunParts {
  ledger: Ledger;
  live: LiveView;
  info: Workspace;
  services: ReadonlyMap<string, Service>;
  detections: Detections;
  delivery: Delivery;
  newId(): string;
  now(): number;
}

/** Starts, adopts, watches and ends agents, as the ledger says they should be. */
export interface Supervisor {
  run(agent: string): AgentRun | undefined;
  /** Lets go of every agent; they go on. */
  close(): Promise<void>;
}

export function superviseAgents(parts: Parts, signal: AbortSignal): Supervisor {
  const { live, ledger, delivery } = parts;
  const runs = new Map<string, AgentRun>();
  let closing = false;
  /** Work on one agent happens in order. */
  const turns = new Map<string, Promise<void>>();

  const inTurn = (id: string, work: () => Promise<void>): Promise<void> => {
    const next = (turns.get(id) ?? Promise.resolve()).then(() => (closing || signal.aborted ? undefined : work()));
    const settled = next.catch((error: unknown) =>
      parts.log("Supervising an agent failed", { agent: id, error: String(error) }),
    );
    turns.set(id, settled);
    void settled.then(() => turns.get(id) === settled && turns.delete(id));
    return settled;
  };

  /** Appends what the newest view of the agent makes of something, if the run is still the present one. */
  const note = async (id: string, run: number, facts: (agent: Agent) => Fact[]): Promise<void> => {
    const agent = live.current().agents[id];
    if (!agent || agent.run !== run) return;
    for (const fact of facts(agent)) {
      const event = await append(ledger, {
        ...fact,
        id: parts.newId(),
        actor: { kind: "system" },
        subject: `agent/${id}`,
      });
      await live.reached(event.seq);
    }
  };

  const begin = async (agent: Agent, adopted: boolean): Promise<void> => {
    const { id, run } = agent;
    const service = parts.services.get(agent.service);
    if (!service)
      return note(id, run, (now) =>
        factsOf(now, { type: "failed", reason: `The service "${agent.service}" does not exist in this version.` }, ""),
      );
    if (!adopted) {
      const detection = await parts.detections.get(agent.service);
      if (!detection.ready)
        return note(id, run, (now) => factsOf(now, { type: "failed", reason: problemsOf(detection) }, ""));
    }
    const onSignal = (evidence: Signal): Promise<void> => inTurn(`${id}/signals`, () => take(id, run, evidence));
    const started = startRun(parts, service, agent, instructionsFor(agent, parts.info, live.current().rules), {
      signal: onSignal,
      ended: (exit) => void inTurn(id, () => ended(id, run, exit)),
      takeParcels: (requestId, channel) => delivery.take(id, requestId, channel),
    });
    runs.set(id, started);
    started.opened.then(
      (session) => runs.get(id) === started && delivery.open(id, session, adopted),
      (error: unknown) => {
        if (signal.aborted) return;
        const reason =
          error instanceof Error && error.name === "ClustrError"
            ? error.message
            : `${service.title} could not be started: ${String(error)}`;
        void inTurn(id, async () => {
          if (runs.get(id) !== started) return;
          await note(id, run, (now) => (now.live && !now.stopping ? factsOf(now, { type: "failed", reason }, "") : []));
          await end(started);
        });
      },
    );
  };

  const take = async (id: string, run: number, evidence: Signal): Promise<void> => {
    if (evidence.type === "seen") return delivery.seen(id, evidence.messages);
    await note(id, run, (agent) => (agent.live ? factsOf(agent, evidence, new Date(parts.now()).toISOString()) : []));
    if (evidence.type === "failed") {
      const started = runs.get(id);
      if (started) void inTurn(id, () => end(started));
    }
    if (evidence.type !== "session") delivery.kick(id);
  };

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
    delivery.close(started.agent.id);
    const survivors = await started.end();
    if (survivors.length > 0)
      parts.log("Processes of an agent could not be ended", { agent: started.agent.name, pids: survivors });
    await started.close();
    if (runs.get(started.agent.id) === started) runs.delete(started.agent.id);
  };

  const stop = async (agent: Agent): Promise<void> => {
    const started = runs.get(agent.id);
    if (started) await end(started);
    else await endTerminals(parts, terminalId(agent));
    await note(agent.id, agent.run, (now) => (now.live ? [lostFact(now, "")] : []));
  };

  const restart = async (agent: Agent): Promise<void> => {
    const before = runs.get(agent.id);
    if (before) await end(before);
    await endTerminals(parts, terminalId({ id: agent.id, run: agent.run - 1 }));
    await begin(agent, false);
  };

  const remove = async (id: string): Promise<void> => {
    for (const { id: terminal } of (await parts.host.list()).filter((each) => each.id.startsWith(`${id}.`))) {
      parts.screens.release(terminal);
      await parts.host.forget(terminal).catch(() => undefined);
      await parts.files.remove(`terminals/${terminal}`);
      await parts.files.remove(`runs/${terminal}`);
      await parts.sockets.remove(terminal);
    }
  };

  const reconcile = async (view: View): Promise<void> => {
    const terminals = await parts.host.list();
    for (const agent of Object.values(view.agents)) {
      if (!agent.live || agent.external) continue;
      const name = terminalId(agent);
      const exit = terminals.find(({ id }) => id === name)?.exit;
      const there = terminals.some(({ id }) => id === name || id.startsWith(`${name}.`));
      if (agent.stopping) void inTurn(agent.id, () => stop(agent));
      else if (exit)
        void inTurn(agent.id, () => ended(agent.id, agent.run, exit).then(() => endTerminals(parts, name)));
      else if (there) void inTurn(agent.id, () => begin(agent, true));
      else if (agent.status === "spawning") void inTurn(agent.id, () => begin(agent, false));
      else
        void note(agent.id, agent.run, (now) => [
          lostFact(
            now,
            `Its process was gone when the server came back. \`clustr restart ${now.name}\` runs its task again.`,
          ),
        ]);
    }
  };

  live.watch((event, view) => {
    if (event.type === "agent.spawned") {
      const agent = view.agents[event.data.agent.id];
      if (agent) void inTurn(agent.id, () => begin(agent, false));
    }
    if (event.type === "agent.stop_requested" || event.type === "agent.restarted") {
      const agent = view.agents[event.data.id];
      if (agent) void inTurn(agent.id, () => (event.type === "agent.restarted" ? restart(agent) : stop(agent)));
    }
    if (event.type === "agent.removed") void inTurn(event.data.id, () => remove(event.data.id));
  });
  void inTurn("reconcile", () => reconcile(live.current()));

  return {
    run: (id) => runs.get(id),
    async close() {
      closing = true;
      await Promise.all([...runs.values()].map((run) => run.close()));
      await Promise.all(turns.values());
    },
  };
}

async function endTerminals(parts: RunParts, name: string): Promise<void> {
  const left = (await parts.host.list()).filter(({ id, exit }) => !exit && (id === name || id.startsWith(`${name}.`)));
  await Promise.all(left.map(({ id }) => parts.host.kill(id, 3_000)));
}

/** The last words on a screen, for the reason of a failed start. */
async function lastLines(parts: RunParts, terminal: string): Promise<string> {
  const screen = await parts.screens.state(terminal).catch(() => undefined);
  const lines = screen?.lines.map(({ text }) => text.trim()).filter((line) => line !== "") ?? [];
  return lines.slice(-3).join(" / ").slice(-400);
}

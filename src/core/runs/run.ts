import type { Agent } from "../../contract/agent.ts";
import type { Answer } from "../../contract/attention.ts";
import type { Decision } from "../../contract/policy.ts";
import { ClustrError } from "../../contract/error.ts";
import type { AgentLink, AgentSession, Evidence, HookCall, Parcel, Service, Signal } from "../ports/service.ts";
import type { TerminalExit } from "../ports/terminal.ts";
import type { RunParts } from "./parts.ts";
import { createPrograms, withChanges } from "./programs.ts";
import { sideTerminalId, terminalId } from "./terminals.ts";

/** A start that takes longer than this has failed. */
const START_MS = 120_000;
/** How long a tool that is asked to leave may take. */
const LEAVE_MS = 3_000;
/** How long letting go waits for a start that is under way. */
const CLOSE_MS = 2_000;

/** What a run tells, and asks of, the reactors. */
export interface RunEvents {
  signal(signal: Signal): Promise<void>;
  /** The agent's own terminal has ended and its output is complete. */
  ended(exit: TerminalExit): void;
  takeParcels(requestId: string, channel: string, moment: "tool-boundary" | "turn-end"): Promise<Parcel[]>;
  policy(tool: string, subject: string): Decision | undefined;
  calls: ToolCalls;
}

/** What a service tells of tool calls. */
export type ToolCalls = Pick<AgentLink, "openCall" | "holdCall" | "goOnCall" | "closeCall">;

/** One run of one agent: its terminals, its session with the service, its hooks. */
export interface AgentRun {
  readonly agent: Agent;
  /** Resolves when the session is open; rejects with the remedy when the agent could not start. */
  readonly opened: Promise<AgentSession>;
  hook(call: HookCall): Promise<unknown>;
  /** Its MCP client has listed the tools. */
  toolsListed(): void;
  /** As in `AgentSession`; rejects with `unavailable` when the service cannot do it. */
  answer(key: string, answer: Answer): Promise<void>;
  interrupt(): Promise<void>;
  /** What each source tells now; empty without a session. */
  evidence(): Evidence[];
  /** Ends everything the run started. Names what survived. */
  end(): Promise<number[]>;
  /** Lets go; the agent goes on. */
  close(): Promise<void>;
}

/** Starts a run, or takes it over: which of the two it is depends only on what the terminal host already has. */
export function startRun(
  parts: RunParts,
  service: Service,
  agent: Agent,
  instructions: string,
  events: RunEvents,
): AgentRun {
  const letGo = new AbortController();
  const { signal } = letGo;
  const own = terminalId(agent);
  const programs = createPrograms(parts, agent, own);
  const listed = Promise.withResolvers<true>();
  const session = Promise.withResolvers<AgentSession>();
  session.promise.catch(() => {});

  const open = async (): Promise<AgentSession> => {
    const runDir = await parts.files.folder(`runs/${own}`);
    const token = parts.access.agentToken(parts.workspace, agent.id);
    const door = await parts.door();
    const runFile = await parts.files.write(
      `runs/${own}/agent.json`,
      JSON.stringify({ url: door, token, workspace: parts.workspace, agent: agent.name }),
    );
    const env = withChanges(parts.env, { CLUSTR_AGENT: runFile });
    const link: AgentLink = {
      agent: { ...agent, session: agent.session, instructions },
      runDir,
      socketDir: await parts.sockets.folder(own),
      door,
      token,
      env,
      node: parts.node,
      file: (file, content) => parts.files.write(`runs/${own}/${file}`, content),
      terminal: async (program) => {
        const terminal = await programs.start(own, program, env);
        watchExit();
        return terminal;
      },
      side: (side, program) => programs.start(sideTerminalId(own, side), program, env),
      report: (evidence) => events.signal(evidence),
      toolsListed: (ms) => Promise.race([listed.promise, after(ms, signal)]),
      takeParcels: (requestId, channel, moment = "tool-boundary") => events.takeParcels(requestId, channel, moment),
      policy: events.policy,
      ...events.calls,
      log: (message, details) => parts.log(message, { agent: agent.name, ...details }),
    };
    return service.open(link, signal);
  };

  let watching = false;
  const watchExit = (): void => {
    if (watching) return;
    watching = true;
    parts.host.exited(own, signal).then(events.ended, (error: unknown) => {
      if (signal.aborted) return;
      parts.log("The terminal of an agent is gone", { agent: agent.name, error: String(error) });
      events.ended({ code: null, signal: null, at: "" });
    });
  };

  const late = setTimeout(() => {
    const remedy = `Look at \`clustr screen ${agent.name}\`; it may wait for an answer.`;
    const why = `${service.title} did not get ready within ${START_MS / 1000} s. ${remedy}`;
    session.reject(new ClustrError("unavailable", why));
  }, START_MS);
  signal.addEventListener("abort", () => clearTimeout(late), { once: true });

  let current: AgentSession | undefined;
  void open()
    .then((opened) => session.resolve(opened), session.reject)
    .finally(() => clearTimeout(late));
  session.promise.then(
    (opened) => (current = opened),
    () => {},
  );

  return {
    agent,
    opened: session.promise,
    async hook(call) {
      // Hooks may come while the service is still opening: they wait for it.
      return (await session.promise).hook(call);
    },
    toolsListed: () => listed.resolve(true),
    async answer(key, answer) {
      const opened = await session.promise;
      if (!opened.answer) throw new ClustrError("unavailable", `${service.title} takes answers only in its terminal`);
      await opened.answer(key, answer);
    },
    async interrupt() {
      const opened = await session.promise;
      if (!opened.interrupt)
        throw new ClustrError("unavailable", `${service.title} can be interrupted only in its terminal`);
      await opened.interrupt();
    },
    evidence: () => current?.evidence?.() ?? [],
    async end() {
      programs.noMore();
      // Whether it leaves by itself or not: what is left of it is ended right after.
      await Promise.race([current?.leave().catch(() => undefined), after(LEAVE_MS, signal)]);
      return programs.end();
    },
    async close() {
      letGo.abort(new ClustrError("unavailable", "The server let go of this agent."));
      const opened = await Promise.race([session.promise.catch(() => undefined), pause(CLOSE_MS)]);
      // The agent goes on or is gone: either way nothing more is asked of its session.
      await opened?.close().catch(() => undefined);
    },
  };
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}

/** Resolves with false after some time, or when the run is let go. */
function after(ms: number, signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve(false)), { once: true });
  });
}

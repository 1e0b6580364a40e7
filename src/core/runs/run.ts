import type { Agent } from "../contract/agent.ts";
import type { Answer } from "../contract/attention.ts";
import type { Decision } from "../contract/policy.ts";
import { ClustrError } from "../contract/error.ts";
import type { Access } from "./ports/access.ts";
import type { PrivateFiles, SocketFolders } from "./ports/private-files.ts";
import type { Screens } from "./ports/screen.ts";
import type {
  AgentLink,
  AgentSession,
  AgentTerminal,
  Evidence,
  HookCall,
  Parcel,
  ProgramSpec,
  Service,
  Signal,
} from "./ports/service.ts";
import type { TerminalExit, TerminalHost } from "./ports/terminal.ts";

/** Size of a terminal before anybody looks at it. */
const COLS = 120;
const ROWS = 40;
/** A start that takes longer than this has failed. */
const START_MS = 120_000;
const GRACE_MS = 3_000;
/** How long letting go waits for a start that is under way. */
const CLOSE_MS = 2_000;

/** What a run needs of the world. */
export interface RunParts {
  host: TerminalHost;
  screens: Screens;
  files: PrivateFiles;
  sockets: SocketFolders;
  access: Access;
  workspace: string;
  /** Address of the agents' door; another one once a terminal host had to be replaced. */
  door(): Promise<string>;
  env: Record<string, string>;
  umask: number;
  node: string;
  log(message: string, details?: Record<string, unknown>): void;
}

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
  toolsListed(): void;
  /** As in `AgentSession`; rejects with `unavailable` when the service cannot do it. */
  answer(key: string, answer: Answer): Promise<void>;
  interrupt(): Promise<void>;
  evidence(): Evidence[];
  /** Ends everything the run started. Names what survived. */
  end(): Promise<number[]>;
  /** Lets go; the agent goes on. */
  close(): Promise<void>;
}

export function terminalId(agent: Pick<Agent, "id" | "run">): string {
  return `${agent.id}.${agent.run}`;
}

/** Starts a run, or takes it over: which of the two it is depends only on what the terminal host already has. */
export function startRun(
  parts: RunParts,
  service: Service,
  agent: Agent,
  instructions: string,
  events: RunEvents,
): AgentRun {
  const stopped = new AbortController();
  const { signal } = stopped;
  const name = terminalId(agent);
  const listed = Promise.withResolvers<true>();
  const session = Promise.withResolvers<AgentSession>();
  session.promise.catch(() => {});

  /** Every terminal this run is known to have; a host that died may have left their programs behind. */
  const started = new Set<string>();
  /** Starts under way. A service that is still opening may ask for one more at any moment: `end` must outlast them all. */
  const starting = new Set<Promise<AgentTerminal>>();
  let ending = false;

  const start = (id: string, program: ProgramSpec): Promise<AgentTerminal> => {
    const begun = launch(id, program);
    starting.add(begun);
    void begun.catch(() => undefined).finally(() => starting.delete(begun));
    return begun;
  };
  const launch = async (id: string, program: ProgramSpec): Promise<AgentTerminal> => {
    const journal = await parts.files.folder(`terminals/${id}`);
    if (ending) throw new ClustrError("conflict", `${agent.name} is being stopped; nothing more is started for it.`);
    started.add(id);
    const env = withChanges(parts.env, { CLUSTR_AGENT: runFile, ...program.env });
    const { command, args } = program;
    await parts.host.ensure({
      id,
      command,
      args,
      env,
      cwd: agent.cwd,
      cols: COLS,
      rows: ROWS,
      journal,
      umask: parts.umask,
    });
    return terminalOf(parts, id);
  };
  let runFile = "";

  const open = async (): Promise<AgentSession> => {
    const runDir = await parts.files.folder(`runs/${name}`);
    const token = parts.access.agentToken(parts.workspace, agent.id);
    const door = await parts.door();
    runFile = await parts.files.write(
      `runs/${name}/agent.json`,
      JSON.stringify({ url: door, token, workspace: parts.workspace, agent: agent.name }),
    );
    const link: AgentLink = {
      agent: { ...agent, session: agent.session, instructions },
      runDir,
      socketDir: await parts.sockets.folder(name),
      door,
      token,
      env: withChanges(parts.env, { CLUSTR_AGENT: runFile }),
      node: parts.node,
      file: (file, content) => parts.files.write(`runs/${name}/${file}`, content),
      terminal: async (program) => {
        const terminal = await start(name, program);
        watchExit();
        return terminal;
      },
      side: (side, program) => start(`${name}.${side}`, program),
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
    parts.host.exited(name, signal).then(events.ended, (error: unknown) => {
      if (signal.aborted) return;
      parts.log("The terminal of an agent is gone", { agent: agent.name, error: String(error) });
      events.ended({ code: null, signal: null, at: "" });
    });
  };

  const tooLate = after(START_MS, signal).then((): Promise<never> | never => {
    if (signal.aborted) return new Promise(() => {});
    throw new ClustrError(
      "unavailable",
      `${service.title} did not get ready within ${START_MS / 1000} s. Look at \`clustr screen ${agent.name}\`; it may wait for an answer.`,
    );
  });
  let current: AgentSession | undefined;
  Promise.race([open(), tooLate]).then((opened) => session.resolve((current = opened)), session.reject);

  return {
    agent,
    opened: session.promise,
    async hook(call) {
      // Hooks may come while the service is still opening: they wait for it.
      return (await session.promise).hook(call);
    },
    toolsListed: () => listed.resolve(true),
    async answer(key, answer) {
      const { answer: carryOut } = await session.promise;
      if (!carryOut) throw new ClustrError("unavailable", `${service.title} takes answers only in its terminal`);
      await carryOut.call(await session.promise, key, answer);
    },
    async interrupt() {
      const { interrupt } = await session.promise;
      if (!interrupt) throw new ClustrError("unavailable", `${service.title} can be interrupted only in its terminal`);
      await interrupt.call(await session.promise);
    },
    evidence: () => current?.evidence?.() ?? [],
    async end() {
      ending = true;
      const open = await Promise.race([session.promise.catch(() => undefined), after(0, signal).then(() => undefined)]);
      await Promise.race([open?.leave().catch(() => undefined), after(GRACE_MS, signal)]);
      await Promise.allSettled(starting);
      // A host that cannot say what it has may still have what was started here.
      const had = (await parts.host.list().catch(() => [])).filter(
        ({ id }) => id === name || id.startsWith(`${name}.`),
      );
      const terminals = new Set([...started, ...had.map(({ id }) => id)]);
      if (had.some(({ left }) => left)) parts.log("Ending what an agent left running", { agent: agent.name });
      for (const id of terminals) parts.screens.release(id);
      const killed = await Promise.allSettled([...terminals].map((id) => parts.host.kill(id, GRACE_MS)));
      return killed.flatMap((result) => (result.status === "fulfilled" ? result.value.survivors : []));
    },
    async close() {
      stopped.abort(new ClustrError("unavailable", "The server let go of this agent."));
      const open = await Promise.race([session.promise.catch(() => undefined), pause(CLOSE_MS)]);
      await open?.close().catch(() => undefined);
    },
  };
}

function terminalOf(parts: RunParts, id: string): AgentTerminal {
  // From its first byte on, the headless screen must follow: it answers the program's questions to its terminal.
  parts.screens
    .state(id)
    .catch((error: unknown) => parts.log("No screen for a terminal", { terminal: id, error: String(error) }));
  const encoder = new TextEncoder();
  return {
    write: (text) => parts.host.write(id, encoder.encode(text)),
    screen: () => parts.screens.state(id),
    titles: (signal) => parts.screens.titles(id, signal),
    exited: (signal) => parts.host.exited(id, signal),
  };
}

function withChanges(env: Record<string, string>, changes: Record<string, string | undefined>): Record<string, string> {
  const next = { ...env };
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) delete next[key];
    else next[key] = value;
  }
  return next;
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

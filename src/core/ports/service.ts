import type { AnswerKind, Attention, Autonomy } from "../../contract/agent.ts";
import type { Region } from "../../contract/files.ts";
import type { Answer } from "../../contract/attention.ts";
import type { Decision } from "../../contract/policy.ts";
import type { ScreenState } from "./screen.ts";
import type { TerminalExit } from "./terminal.ts";

// The contract a service is written against; docs/services.md says in which order. Times are ms since 1970 unless they say
// otherwise, paths are absolute, and texts for people come cut: the core keeps them as they are.

/** What was found of a tool on this machine. */
export interface Detection {
  /** The service's `id` and `title`. */
  service: string;
  title: string;
  /** Usable as it is. */
  ready: boolean;
  /** Ships with Clustr: always there, needs no account, and is no coding tool. */
  builtIn?: boolean | undefined;
  /** Its executable. */
  path?: string | undefined;
  /** As the tool tells it, e.g. `2.1.330`. */
  version?: string | undefined;
  /** True, false, or undefined when it cannot be told without asking the tool's maker. */
  loggedIn?: boolean | undefined;
  /** What is wrong or worth knowing, each with what to do. `fatal` ones make `ready` false. */
  findings: { fatal: boolean; problem: string; remedy: string }[];
}

/** An agent, as a service needs to know it. */
export interface AgentBrief {
  id: string;
  name: string;
  task: string;
  /** The folder it works in. */
  cwd: string;
  /** The tool's own name for a model; its default when none is given. */
  model?: string | undefined;
  /** What it may do unasked; the service puts that into the tool's own terms. */
  autonomy: Autonomy;
  /** From 1; a restart is the next run of the same agent. */
  run: number;
  /** The tool's own conversation id, if one was reported in this run, or is to be continued in it. */
  session?: string | undefined;
  /** This run continues the conversation `session`: its task is not given again. */
  resumed?: boolean | undefined;
  /** Role, workspace manners and rules, to be given to the model beside the task. */
  instructions: string;
}

/**
 * A program in a terminal of the agent. Side processes are the same, in terminals nobody views. Everything rejects with
 * ClustrError `unavailable` when the terminal host cannot be reached.
 */
export interface AgentTerminal {
  /**
   * Types: characters, and control sequences for keys (`\r`, `\x1b`).
   * @throws ClustrError `conflict` once the program has ended, `limited` while it leaves 4 MB unread.
   */
  write(keys: string): Promise<void>;
  /** What it shows now, all output so far included. */
  screen(): Promise<ScreenState>;
  /** Titles the program gives its terminal, the present one first; ends when the signal aborts. */
  titles(signal: AbortSignal): AsyncIterable<string>;
  /** Resolves when it has ended and its output is complete; rejects when the signal aborts. */
  exited(signal: AbortSignal): Promise<TerminalExit>;
}

/** A program to be started in the agent's folder. Its arguments can be read by every user of the machine: no secrets. */
export interface ProgramSpec {
  /** Path of the executable; no shell is between. */
  command: string;
  args: string[];
  /** Added to (or with undefined removed from) the base environment. */
  env: Record<string, string | undefined>;
}

/** Something that holds an agent, as its service sees it. */
export interface Asked {
  kind: Attention["kind"];
  /** One line. */
  title: string;
  /** The exact command, diff or question: a person decides by it. Cut by the service where it is long. */
  detail?: string | undefined;
  /** What one can choose from, in the tool's order. */
  options?: { label: string; description?: string }[] | undefined;
  /** Several of the options may be chosen together. */
  several?: boolean | undefined;
  /** The service's own name for it, the same after a restart of the server; needed to answer it from here. */
  key?: string | undefined;
  /** How `answer` can resolve it; none: only in the terminal. */
  answers?: AnswerKind[] | undefined;
}

/** What one source of evidence tells of an agent, for people who ask why. */
export interface Evidence {
  /** `hooks`, `app-server`, `title`, `session file`, `screen`, … */
  source: string;
  /** `working`, `idle`, `waiting for an answer`, … */
  says: string;
  /** When it began to say so, if that is known. */
  at?: number | undefined;
  detail?: string | undefined;
}

/**
 * Evidence about an agent, as its service sees it. core/status.ts turns it into status; telling the same twice is harmless.
 * Only what was observed: that a message was written to the tool is no evidence that it works.
 */
export type Signal =
  /** The tool's own conversation id: what a later run continues. Told before the first prompt, where that is possible. */
  | { type: "session"; session: string }
  /** The first prompt was accepted, or a later one; or a tool was seen at work. */
  | { type: "working"; activity?: string | undefined }
  /** Held by something only a person can resolve; the next one replaces it. */
  | { type: "attention"; item: Asked }
  /** It goes on; the item was answered or vanished. */
  | { type: "resolved" }
  /** The turn ended and nothing is pending. */
  | { type: "idle" }
  /** The turn ended by a failure of the model's API or the tool; the process is still there. */
  | { type: "turn_failed"; reason: string }
  /** It could not start, or can never work again; with the remedy. */
  | { type: "failed"; reason: string }
  /** Sources have told different things for over a second: the status stands, but is not sure. */
  | { type: "doubt"; why: string }
  /** They agree again. */
  | { type: "certain" }
  /** The tool itself forgot its conversation (it was cleared or rewound): what had been seen is gone, or only `messages` of it. */
  | { type: "forgot"; why: string; messages?: string[] }
  /** A model request carrying these messages (their ids) was started. */
  | { type: "seen"; messages: string[] };

/** A message ready to be handed to a model: `text` is the complete envelope. */
export interface Parcel {
  id: string;
  text: string;
  /** From the person: to be treated as user input wherever that is without risk. */
  fromHuman: boolean;
}

/** What became of an attempt to hand parcels over. `later`: nothing was handed; try again on the next signal. */
export type HandOver = { channel: string } | { later: string };

/** A tool call that can change files. Calls that only read, and those of Clustr's own tools, are not told. */
export interface ToolCall {
  /** The tool's own name for the call, unique within the run. */
  id: string;
  /** The only paths it can touch, absolute; undefined for one that can touch any, such as a shell command. */
  paths?: readonly string[] | undefined;
  /** The shell command line, when it is one. */
  command?: string | undefined;
  /** Folder it runs in, absolute; the agent's own unless given. */
  cwd?: string | undefined;
  /** It was seen only when it had begun, or goes on unseen (a background command): whether a change is its cannot be told. */
  doubtful?: boolean | undefined;
}

/** What a tool call must have done to a file, told from its input. */
export interface Edit {
  /** Absolute. */
  path: string;
  /** Where the file was before, absolute, when it was moved. */
  from?: string | undefined;
  /**
   * What it must hold now, from what it held before the call (undefined: there was none). `gone`: nothing is there any
   * more; undefined: it cannot be told. `regions`: the lines of the text before that were replaced, when they are known.
   */
  result(
    before: Uint8Array | undefined,
  ): { bytes: Uint8Array; regions?: readonly Region[] | undefined } | "gone" | undefined;
}

/** What the workspace says of a tool call that is about to run: it asks the person, or refuses. */
export interface Objection {
  decision: "ask" | "deny";
  /** For the model and the person: what stands against it, and what to do instead. */
  reason: string;
}

/** What the core gives a service for one run of one agent. */
export interface AgentLink {
  readonly agent: AgentBrief;
  /** Private folder of this run, 0700, outside the project. */
  readonly runDir: string;
  /** Short private folder for sockets (paths over 100 bytes fail); 0700. */
  readonly socketDir: string;
  /** The agents' door: `http://127.0.0.1:PORT`. MCP is at `/mcp`, hooks at `/hooks/<anything>`; both need the bearer token. */
  readonly door: string;
  readonly token: string;
  /** The environment agents inherit, already cleaned. */
  readonly env: Record<string, string>;
  /** Absolute path of the Node that runs Clustr, for hook commands. */
  readonly node: string;
  /**
   * Writes a 0600 file into the run folder and returns its path: whole or not at all, and on disk when it resolves. `name`:
   * letters, digits, `.`, `_` and `-`.
   */
  file(name: string, content: string): Promise<string>;
  /**
   * Starts the agent's terminal, or returns the one this run has already, whatever `program` says.
   * @throws ClustrError `conflict` when the agent is being stopped, `invalid` when the program cannot be started.
   */
  terminal(program: ProgramSpec): Promise<AgentTerminal>;
  /** The same for a side process, by name. */
  side(name: string, program: ProgramSpec): Promise<AgentTerminal>;
  /** Tells what was observed; resolves once it is recorded. Wait for one before the next: signals are a story. */
  report(signal: Signal): Promise<void>;
  /** Resolves once this run's MCP client has listed the tools, or with false after `timeoutMs`. */
  toolsListed(timeoutMs: number): Promise<boolean>;
  /**
   * For mid-turn delivery by a hook's answer: the parcels waiting now, recorded as handed over by `channel`.
   * At a tool boundary only what is urgent enough comes, at the end of a turn all that may prolong it.
   * `requestId` is the hook request's id: asked again with the same id (the server had died in between), the same parcels come.
   */
  takeParcels(requestId: string, channel: string, moment?: "tool-boundary" | "turn-end"): Promise<Parcel[]>;
  /** What the workspace's policies say of a tool call; undefined: nothing, its autonomy decides. */
  policy(tool: string, subject: string): Decision | undefined;
  /**
   * A tool call is about to run: what changes in the folder until `closeCall` is its. Resolves, within 20 s, once it may
   * run, or with what stands against it: refused, it is not open; to be asked for, it is open and held. Harmless for one
   * that is open already. Never rejects.
   */
  openCall(call: ToolCall): Promise<Objection | undefined>;
  /** The call waits for the person: what changes meanwhile is not certainly its. Harmless for one that is not open. */
  holdCall(id: string): Promise<void>;
  /** The person's answer came through Clustr and the call goes on: nothing of it had happened before. */
  goOnCall(id: string): Promise<void>;
  /** The call has ended, was refused, or failed. Files that are as `edits` say are the agent's beyond doubt. Never rejects. */
  closeCall(id: string, edits?: readonly Edit[]): Promise<void>;
  /** For the server's log: what the service could not do, and goes on without. No secrets, no text of conversations. */
  log(message: string, details?: Record<string, unknown>): void;
}

/** One hook call of an agent, as it came through the door. */
export interface HookCall {
  /** Stable across a restart of the server: the door replays unanswered calls under the same id. */
  requestId: string;
  /** The path below `/hooks/`. */
  name: string;
  /** Parsed JSON, `{}` for none; unchecked: anything the agent starts can call hooks with its token. */
  body: unknown;
  /** Aborts when the caller has gone. */
  signal: AbortSignal;
}

/** A running agent, as its service drives it. */
export interface AgentSession {
  /**
   * Answers a hook; the value becomes the JSON response, `{}` for none. Must return fast unless holding is the point. One
   * that rejects becomes an HTTP error, which tools may show to the person. Calls may overlap.
   */
  hook(call: HookCall): Promise<unknown>;
  /**
   * Hands parcels to the agent by the best channel open right now, never by typing into an open dialog. Resolves with
   * the channel once handed; evidence that the model saw them follows as a `seen` signal. One call at a time, again
   * after signals and every 2 s while mail waits; parcels that were handed already may come again and must not be doubled.
   * Mail of a call that rejects stays queued.
   */
  deliver(parcels: Parcel[]): Promise<HandOver>;
  /** Which of these message ids the conversation already holds. Asked before anything is handed over again after a crash. */
  knows?(messages: string[]): Promise<string[]>;
  /**
   * Carries out a person's answer to the very item of this key, never to another one. Resolves when its effect was seen.
   * @throws ClustrError `conflict` when that item is not open any more, `unavailable` when the answer had no effect.
   */
  answer?(key: string, answer: Answer): Promise<void>;
  /** Stops the turn that runs, as a person would; resolves when it has ended. Harmless when none runs. */
  interrupt?(): Promise<void>;
  /** What each source tells now. */
  evidence?(): Evidence[];
  /** Asks the tool politely to leave (its own exit keys or call); the core ends what is left 3 s later. */
  leave(): Promise<void>;
  /** Drops connections and timers, within 2 s; the agent goes on. Nothing is reported or written any more afterwards. */
  close(): Promise<void>;
}

/** A tool that can run as an agent. Everything Clustr knows of it lives in its folder under `services/`. */
export interface Service {
  /** What people type and the ledger keeps, e.g. `claude`; never changes. */
  readonly id: string;
  /** The tool's name for people. */
  readonly title: string;
  /** Variables by which the tool tells that it runs inside itself: agents must not inherit them. */
  readonly marks?: readonly string[];
  /** Looks the tool up on this machine. Never starts a conversation, never writes. At most 10 s; rejects only when it cannot look. */
  detect(env: Record<string, string>, signal: AbortSignal): Promise<Detection>;
  /**
   * Starts one run of an agent, or takes it over after a restart of the server. Must be safe to call again at any point
   * of a start that a crash cut short: terminals and side processes are started at most once by the link. Resolves within
   * 120 s, with a session that may still answer mail with `later`. `signal` aborts when the server lets go of the run.
   * @throws ClustrError `unavailable` with the remedy when the agent cannot start.
   */
  open(link: AgentLink, signal: AbortSignal): Promise<AgentSession>;
}

import type { Agent } from "../../contract/agent.ts";
import { terminalId } from "../runs/terminals.ts";
import type { ToolCalls } from "../runs/run.ts";
import { agentAuthor, oneOf, PERSON } from "../attribution/author.ts";
import type { Expected } from "../attribution/expected.ts";
import type { Call } from "../attribution/windows.ts";
import type { Edit, Objection, ToolCall } from "../ports/service.ts";
import type { FileContent } from "../ports/tree.ts";
import type { FolderLog } from "./folder-log.ts";
import { guard, type GuardParts } from "./guard.ts";
import { pathInside, pathsInside } from "./paths.ts";
import { ShellTurns } from "./shell-turns.ts";

/** How long an agent waits for the bookkeeping before its call runs all the same. Milliseconds; the port promises it. */
const PATIENCE_MS = 20_000;

interface Parts extends GuardParts {
  log(message: string, details?: Record<string, unknown>): void;
}

/** Takes what services tell of tool calls: before each its guard and its window in the operation log, after it its author. */
export class CallKeeper {
  readonly #parts: Parts;
  readonly #files: FolderLog;
  readonly #signal: AbortSignal;
  readonly #turns = new ShellTurns();
  /** Calls whose opening is under way, to be told when they are over before it is. */
  readonly #opening = new Map<string, AbortController>();

  constructor(parts: Parts, files: FolderLog, signal: AbortSignal) {
    this.#parts = parts;
    this.#files = files;
    this.#signal = signal;
  }

  of(agent: Agent): ToolCalls {
    const name = (call: string): string => `${terminalId(agent)}/${call}`;
    const told = (what: string, work: () => Promise<Objection | undefined | void>) => this.#told(agent, what, work);
    return {
      openCall: (call) => told("begun", () => this.#open(agent, name(call.id), call)).then((said) => said ?? undefined),
      holdCall: (call) => told("held", () => this.#hold(name(call))).then(() => undefined),
      goOnCall: (call) =>
        told("let go on", async () => (await this.#files.open()).engine.goOn(name(call))).then(() => undefined),
      closeCall: (call, edits = []) => told("ended", () => this.#close(agent, name(call), edits)).then(() => undefined),
    };
  }

  /** The agent's process has ended: none of its commands runs any more, and none begins. */
  ended(agent: Pick<Agent, "id" | "run">): void {
    for (const [call, opening] of this.#opening) if (call.startsWith(`${terminalId(agent)}/`)) opening.abort();
    this.#turns.leave(agent.id);
  }

  /** All that takes time here may outlast the call: what is over must not be begun, for nobody would end it any more. */
  async #open(agent: Agent, id: string, call: ToolCall): Promise<Objection | undefined> {
    const opening = new AbortController();
    this.#opening.set(id, opening);
    try {
      return await this.#begin(agent, id, call, opening.signal);
    } finally {
      if (this.#opening.get(id) === opening) this.#opening.delete(id);
    }
  }

  async #begin(agent: Agent, id: string, call: ToolCall, over: AbortSignal): Promise<Objection | undefined> {
    const { folder, folders, live } = this.#parts;
    const { engine } = await this.#files.open();
    const objection = await guard(this.#parts, this.#files, agent, call, this.#signal);
    if (objection?.decision === "deny") return objection;
    if (call.command !== undefined && live.current().settings.shell_calls === "in_turn") {
      const busy = await this.#turns.enter(agent, id, call.command, over);
      if (busy) return busy;
    }
    const window: Call = { call: id, agent: agent.id };
    if (call.paths) window.paths = await pathsInside(folders, folder, call.paths);
    if (call.doubtful) window.author = oneOf([PERSON, agentAuthor(agent.id)]);
    if (over.aborted) return void this.#turns.done(id);
    await engine.open(window);
    if (objection) await engine.hold(id);
    return objection;
  }

  async #hold(id: string): Promise<void> {
    // Others need not wait for the person too.
    this.#turns.done(id);
    const { engine } = await this.#files.open();
    await engine.hold(id);
  }

  async #close(agent: Agent, id: string, edits: readonly Edit[]): Promise<void> {
    this.#opening.get(id)?.abort();
    this.#turns.done(id);
    const { folder, folders } = this.#parts;
    const expected: Expected[] = [];
    for (const edit of edits) {
      const path = await pathInside(folders, folder, edit.path);
      const from = edit.from === undefined ? undefined : await pathInside(folders, folder, edit.from);
      if (path !== undefined && (from !== undefined || edit.from === undefined))
        expected.push({ path, from, result: (before) => resultOf(edit, before) });
    }
    const { engine } = await this.#files.open();
    await engine.close(id, expected, { call: id, agent: agent.id, since: this.#files.missedSince(agent.id) });
  }

  /** An agent never waits for the bookkeeping without end, and never fails by it. */
  async #told(agent: Agent, what: string, work: () => Promise<Objection | undefined | void>) {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => late.resolve(this.#say(agent, what, "it takes too long")), PATIENCE_MS);
    try {
      return await Promise.race([work(), late.promise]);
    } catch (error) {
      return this.#say(agent, what, String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  #say(agent: Agent, what: string, error: string): void {
    if (!this.#signal.aborted)
      this.#parts.log(`That a tool call has ${what} could not be noted; whose its changes are may stay unknown`, {
        agent: agent.name,
        error,
      });
  }
}

function resultOf(edit: Edit, before: FileContent | undefined) {
  if (before?.kind === "link") return undefined;
  const result = edit.result(before?.bytes);
  if (result === undefined) return undefined;
  if (result === "gone") return {};
  return {
    content: { kind: "file" as const, mode: before?.mode ?? 0o644, bytes: result.bytes },
    regions: result.regions,
  };
}

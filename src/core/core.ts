import type { Event, Fact } from "../contract/event.ts";
import type { OperationName } from "../contract/operations.ts";
import type { Preferences } from "../contract/preferences.ts";
import type { View } from "../contract/view.ts";
import type { Workspace } from "../contract/workspace.ts";
import type { Caller } from "./caller.ts";
import type { HookCall } from "./ports/service.ts";

/** What surfaces see of an open workspace. */
export interface OpenWorkspace {
  readonly info: Workspace;
  /** The fold of everything so far. Treat as immutable. */
  view(): View;
  /** Replay after `after`, then live. */
  tail(after: number, signal: AbortSignal): AsyncIterable<Event<Fact>>;
  /** Answers a hook of an agent that Clustr runs; an agent without a session gets an empty opinion. */
  hook(agent: string, call: HookCall): Promise<unknown>;
  /** An agent's MCP client has listed the tools. */
  toolsListed(agent: string): void;
  /** Terminal of an agent's present run, by name; undefined when there is no such agent or it has none. */
  terminalOf(name: string): string | undefined;
}

/** The core, as surfaces see it. */
export interface Core {
  /**
   * The single gate: finds the operation, checks the right, parses the input, runs the handler. `requestId` makes a
   * repeat of a changing call a no-op with the same answer. Rejects with ClustrError only.
   */
  invoke(
    operation: OperationName,
    input: unknown,
    caller: Caller,
    call: { workspace?: string; requestId: string },
  ): Promise<unknown>;
  workspace(id: string): OpenWorkspace | undefined;
  /** The caller behind an agent's verified id, or undefined when that agent is gone and its token with it. An invited agent that has not registered yet has the name of its invitation, or an empty one; it can read, but write nothing until it has registered. */
  agent(workspace: string, agent: string): Caller | undefined;
  /** What the person prefers now, and after every change, until the signal aborts. */
  preferences(signal: AbortSignal): AsyncIterable<Preferences>;
  /** Remembers a browser by the SHA-256 of its cookie; durable when it resolves. */
  grantLogin(hash: string): Promise<void>;
  hasLogin(hash: string): boolean;
  /** Records a refused call (bounded: repeats within a minute are counted once). */
  refused(caller: Caller | undefined, operation: string, code: string, message: string): void;
}

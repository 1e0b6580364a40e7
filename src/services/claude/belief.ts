import type { Asked } from "../../core/ports/service.ts";
import type { Doing } from "../verdict.ts";

/** A dialog that is open on the agent's screen and waits for a person. */
export interface Dialog {
  item: Asked;
  /** Tool call it is about; empty when only the screen or session file told of it. */
  tool: string;
  input: string;
  /** The subagent that asks, if one does. */
  subagent: string | undefined;
  /** When it was first known, or became the first in line, ms since 1970. */
  at: number;
  /** The tool's id of that call, where it is known. */
  call?: string | undefined;
  /** The hook request that told of it: after a restart of the server the same one comes again. */
  request?: string | undefined;
  /** Answers given to the first of several questions; the item is about the next one. */
  given?: string[] | undefined;
  /** When a person's answer came, ms since 1970: another one comes too late. */
  answeredAt?: number | undefined;
  /** When it was about to reach the tool: what changes from then on may be its effect. */
  givenAt?: number | undefined;
}

/** A tool call that began and is not over: a permission request is about one of these, but does not name it. */
export interface ToolCall {
  id: string;
  tool: string;
  input: string;
  subagent: string | undefined;
}

/** What Claude Code's own session file says, see session-file.ts. */
export interface SessionStatus {
  status: "idle" | "busy" | "waiting";
  waitingFor: string | undefined;
  /** Since when, ms since 1970; 0 when it does not say. */
  since: number;
  /** Where the session takes messages, if it says so. */
  socket: string | undefined;
}

/**
 * What is known of an agent at one moment, and what hooks made of it; the other sources correct it (cross-check.ts). All
 * times are ms since 1970 of this machine, whose clock the tool shares.
 */
export interface Belief {
  phase: "starting" | "working" | "idle";
  session: string | undefined;
  activity: string | undefined;
  /** Open dialogs, oldest first: the tool shows them one after the other. */
  dialogs: Dialog[];
  /** Tool calls under way, oldest first. */
  calls: ToolCall[];
  /** Last hook of the agent or its subagents; 0 when hooks do not come (they can be forbidden by policy). */
  hookAt: number;
  /** Hooks of ours that are still being answered: while they are, the tool stands still for us. Held requests are not among them. */
  answering: number;
  /** The turn ended, but the tool will wake the agent itself (a subagent in the background, a schedule). */
  awaits: boolean;
  /** The last turn ended in a failure. */
  failed: boolean;
  file: SessionStatus | undefined;
  /** Whether the title shows work, and since when. */
  title: { working: boolean; since: number } | undefined;
  /** Whether a dialog is on the screen, where that was looked at, and since when it is known. */
  screen: { dialog: boolean; since: number } | undefined;
  /** Its process has ended. */
  exit: { says: Doing[]; since: number; words: string } | undefined;
  /** False for a resumed conversation, which begins by waiting for input. */
  prompted: boolean;
}

/** Before anything was observed. `prompted`: the run begins with a prompt, not by resuming a conversation. */
export function newBelief(prompted: boolean): Belief {
  return {
    phase: "starting",
    session: undefined,
    activity: undefined,
    dialogs: [],
    calls: [],
    hookAt: 0,
    answering: 0,
    awaits: false,
    failed: false,
    file: undefined,
    title: undefined,
    screen: undefined,
    exit: undefined,
    prompted,
  };
}

/** A working title begins with a spinner; idle and waiting ones with ✳. No title yet tells nothing. */
export function titleWorks(title: string): boolean | undefined {
  const glyph = [...title.trim()][0];
  if (glyph === undefined) return undefined;
  if (glyph === "✳") return false;
  return /[\u2800-\u28ff◐◑◒◓]/u.test(glyph) ? true : undefined;
}

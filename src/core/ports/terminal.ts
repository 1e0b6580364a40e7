/** What to run in a new terminal. */
export interface TerminalSpec {
  /** Chosen by the caller, unique for ever: `<agent id>.<run>`, side processes `<agent id>.<run>.<name>`. Letters, digits, `.`, `_`, `-`. */
  id: string;
  /** Absolute path of the program. */
  command: string;
  args: string[];
  /** The whole environment; the host adds only its own tag. */
  env: Record<string, string>;
  cwd: string;
  cols: number;
  rows: number;
  /** Folder for the journal and the exit record; made 0700. */
  journal: string;
  /** File mode creation mask for the program: the person's own, not ours. */
  umask: number;
}

/** How a program ended; `signal` is its number, `at` ISO 8601 in UTC, empty when nobody knows. */
export interface TerminalExit {
  /** Exit code, null when a signal ended it or nobody could wait for it. */
  code: number | null;
  signal: number | null;
  at: string;
}

/** A terminal as the host knows it now. Offsets are bytes since it began. */
export interface TerminalInfo {
  id: string;
  /** Names this very terminal; another epoch means offsets start anew. */
  epoch: string;
  pid: number;
  cols: number;
  rows: number;
  /** Oldest byte still kept. */
  firstOffset: number;
  /** Bytes printed so far. */
  endOffset: number;
  exit?: TerminalExit;
  /** Its program has ended, and something that it started still runs: `kill` ends that too. */
  left?: boolean;
}

/** What a follower of a terminal receives, in order. */
export type TerminalChunk =
  | { type: "bytes"; offset: number; bytes: Uint8Array }
  /** Bytes before `offset` are no longer kept: what follows continues at `offset`. */
  | { type: "gap"; offset: number }
  | { type: "resized"; offset: number; cols: number; rows: number }
  | { type: "exit"; offset: number; exit: TerminalExit };

/**
 * Terminals that outlive the server, in a process of their own. Every method rejects with `unavailable` when the host
 * cannot be reached within 5 s; a host that died is started anew, and what ran in it is then unknown to `list` (`not_found`),
 * while what had ended before can still be read.
 */
export interface TerminalHost {
  /** Starts the terminal, or returns the one that has this id already: safe to repeat after a crash. Rejects with `invalid` when the program or folder cannot be used. */
  ensure(spec: TerminalSpec): Promise<TerminalInfo>;
  list(): Promise<TerminalInfo[]>;
  /** One of them, without the work of looking at all; undefined when there is none of this id. */
  info(id: string): Promise<TerminalInfo | undefined>;
  /** Hands bytes to the program, in order, at most 1 MB a call. Resolves when the host has taken them. `conflict` once it has ended, `limited` while it leaves 4 MB unread. */
  write(id: string, bytes: Uint8Array): Promise<void>;
  resize(id: string, cols: number, rows: number): Promise<void>;
  /** Output from `from` on, then live, then the exit; ends after it. A slow follower never slows the program: it gets a gap. */
  follow(id: string, from: number, signal: AbortSignal): AsyncIterable<TerminalChunk>;
  /** Resolves with the exit once the program has ended and its output is complete. */
  exited(id: string, signal: AbortSignal): Promise<TerminalExit>;
  /** Ends the program and all it started: SIGTERM, `graceMs`, then SIGKILL until nothing is left. Names what survived. */
  kill(id: string, graceMs: number): Promise<{ survivors: number[] }>;
  /** Forgets an ended terminal: its journal and exit record are deleted. */
  forget(id: string): Promise<void>;
  /** Loopback port of the agents' door; the same for as long as agents of this host live. */
  doorPort(): Promise<number>;
  /** Ends every terminal, then the host. */
  shutdown(graceMs: number): Promise<{ ended: number; survivors: number[] }>;
  /** Lets go of the host; terminals go on. */
  close(): Promise<void>;
}

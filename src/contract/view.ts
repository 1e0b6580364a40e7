import type { Agent } from "./agent.ts";
import type { FilesView } from "./recent-files.ts";
import type { ContextEntry } from "./context.ts";
import { emptyMail, type Mail } from "./mail.ts";
import type { Policy } from "./policy.ts";
import type { Rules } from "./rules.ts";
import type { Shell } from "./shell.ts";
import type { Settings } from "./workspace.ts";

/** How many settled messages the view keeps; older ones are queried from the ledger. Unsettled ones always stay. */
export const RECENT_MESSAGES = 500;
/** How many removed keys the view remembers the last revision of. */
export const REMOVED_KEYS = 1_000;
/** Tokens that nobody has joined with yet: the latest are valid. */
export const INVITES = 100;
/** Characters of a message or value the view keeps; the ledger has the rest. */
export const PREVIEW = 8_192;

/** A context entry in the view: `value` may be cut, `size` is its length in characters. */
export type EntryPreview = ContextEntry & { size: number };

/**
 * A workspace at one moment: the fold of its ledger up to `seq`. The same in server and page. Bounded: texts are cut
 * to `PREVIEW`, settled messages to `RECENT_MESSAGES`; agents that have ended leave it in time.
 */
export interface View {
  seq: number;
  /** By id: all that are live, and of those that have ended the latest (see `core/forgetting.ts`). */
  agents: Record<string, Agent>;
  /** Ids that may join from elsewhere, with the name they were given, if any; the latest `INVITES`. */
  invites: Record<string, { name?: string | undefined }>;
  messages: Mail;
  /** Ledger position up to which the person has read everybody's messages. */
  read_up_to: number;
  /** By key. */
  context: Record<string, EntryPreview>;
  /** Last revision of keys that were removed, the latest `REMOVED_KEYS`: of others the ledger knows, so that none restarts. */
  revisions: Record<string, number>;
  /** Which agents read which key: key → inbox → revision. */
  readers: Record<string, Record<string, number>>;
  rules: Rules;
  /** The person's own that are open. */
  shells: Shell[];
  policies: Policy[];
  /** With the time of the last change, if there was one. */
  settings: Settings & { at?: string };
  /** What each inbox was last moved by: how many messages led there, and when its model saw the last. */
  chains: Record<string, { hops: number; at: string }>;
  files: FilesView;
  /** When each spawned others lately. */
  spawns: Lately;
  /** When each sender wrote lately. */
  sends: Lately;
}

/** When each did something within the last minute, newest last: so many times within the second that begins at `at`. */
export type Lately = Record<string, { at: string; times: number }[]>;

/** What a record holds under a key that somebody chose: `constructor` is a key like any other, not a part of the language. */
export function held<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Last revision of a key, as far as the view knows it. */
export function revisionOf(view: View, key: string): number | undefined {
  return held(view.context, key)?.revision ?? held(view.revisions, key);
}

/** A workspace before its first event. */
export function emptyView(): View {
  return {
    seq: 0,
    agents: {},
    invites: {},
    messages: emptyMail(),
    read_up_to: 0,
    context: {},
    revisions: {},
    readers: {},
    shells: [],
    policies: [],
    settings: { auto_resume: "off", shell_calls: "together" },
    chains: {},
    files: { position: 0, changed: [], rollbacks: [], collisions: [] },
    rules: { text: "", revision: 0, by: "system" },
    spawns: {},
    sends: {},
  };
}

import type { Event, HomeFact } from "../contract/event.ts";
import { NO_PREFERENCES, type Preferences } from "../contract/preferences.ts";
import { DEFAULT_LIMITS, type Limits, type Workspace } from "../contract/workspace.ts";
import { decide } from "./append.ts";
import type { Ledger } from "./ports/ledger.ts";
import { preferred } from "./preferences.ts";

/** How many browsers stay logged in; the oldest login goes first. */
const LOGINS = 100;

interface HomeView {
  seq: number;
  /** Those that are open, by id. */
  workspaces: Record<string, Workspace>;
  /** Every one that a person ever opened, and thereby trusted, with the last time. Ids are made from real paths. */
  opened: Record<string, Workspace & { at: string }>;
  limits: Limits;
  logins: string[];
  preferences: Preferences;
}

/** What belongs to no single workspace, folded from the home ledger. */
export interface Home {
  view(): HomeView;
  /** Appends one fact under `id`; resolves when the view holds it. */
  record(fact: HomeFact, subject: string, id: string, actor?: Event["actor"]): Promise<void>;
  /** Calls back after every event. */
  watch(listener: () => void): () => void;
}

/** Follows the home ledger; resolves once everything that is in it now has been folded. */
export async function openHome(
  ledger: Ledger<HomeFact>,
  signal: AbortSignal,
  fail: (error: unknown) => void,
): Promise<Home> {
  let view: HomeView = {
    seq: 0,
    workspaces: {},
    opened: {},
    limits: DEFAULT_LIMITS,
    logins: [],
    preferences: NO_PREFERENCES,
  };
  const listeners = new Set<() => void>();
  let waiting: { seq: number; resolve(): void }[] = [];

  const reached = (seq: number): Promise<void> =>
    seq <= view.seq ? Promise.resolve() : new Promise((resolve) => waiting.push({ seq, resolve }));
  const follow = async (): Promise<void> => {
    for await (const event of ledger.tail(0, signal)) {
      view = applyHomeEvent(view, event);
      for (const each of waiting) if (each.seq <= view.seq) each.resolve();
      waiting = waiting.filter(({ seq }) => seq > view.seq);
      for (const listener of listeners) listener();
    }
  };
  follow().catch(fail);
  await reached(await ledger.last());

  return {
    view: () => view,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async record(fact, subject, id, actor = { kind: "human" }) {
      await decide(ledger, reached, { id, actor, subject }, () => fact);
    },
  };
}

function applyHomeEvent(view: HomeView, event: Event<HomeFact>): HomeView {
  const seq = event.seq;
  switch (event.type) {
    case "workspace.opened":
      return {
        ...view,
        seq,
        workspaces: { ...view.workspaces, [event.data.id]: event.data },
        opened: { ...view.opened, [event.data.id]: { ...event.data, at: event.at } },
      };
    case "workspace.closed": {
      const { [event.data.id]: _closed, ...workspaces } = view.workspaces;
      return { ...view, seq, workspaces };
    }
    case "limits.changed":
      return { ...view, seq, limits: { ...view.limits, ...event.data.limits } };
    case "login.granted":
      return { ...view, seq, logins: [...view.logins, event.data.hash].slice(-LOGINS) };
    case "preferences.changed":
      return { ...view, seq, preferences: preferred(view.preferences, event.data.change) };
    case "call.refused":
    default: // A newer Clustr may have written more than this one knows.
      return { ...view, seq };
  }
}

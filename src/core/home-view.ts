import type { Event, HomeFact } from "../contract/event.ts";
import { NO_PREFERENCES, preferred } from "../contract/fold-preferences.ts";
import type { Preferences } from "../contract/preferences.ts";
import { DEFAULT_LIMITS, type Limits, type Workspace } from "../contract/workspace.ts";

/** How many browsers stay logged in; the oldest login goes first. */
const LOGINS = 100;

/** What belongs to no single workspace, at one moment: the fold of the home ledger up to `seq`. */
export interface HomeView {
  seq: number;
  /** Those that are open, by id. */
  workspaces: Record<string, Workspace>;
  /** Every one that a person ever opened, and thereby trusted, with the last time. Ids are made from real paths. */
  opened: Record<string, Workspace & { at: string }>;
  limits: Limits;
  /** SHA-256 of browsers' cookies, the latest last. */
  logins: string[];
  preferences: Preferences;
}

export function emptyHomeView(): HomeView {
  return { seq: 0, workspaces: {}, opened: {}, limits: DEFAULT_LIMITS, logins: [], preferences: NO_PREFERENCES };
}

/** The view after one more event. A new view; what a newer Clustr may have written only moves `seq`. */
export function applyHomeEvent(view: HomeView, event: Event<HomeFact>): HomeView {
  return { ...view, ...change(view, event), seq: event.seq };
}

function change(view: HomeView, event: Event<HomeFact>): Partial<HomeView> {
  switch (event.type) {
    case "workspace.opened": {
      const { id } = event.data;
      return {
        workspaces: { ...view.workspaces, [id]: event.data },
        opened: { ...view.opened, [id]: { ...event.data, at: event.at } },
      };
    }
    case "workspace.closed": {
      const { [event.data.id]: _closed, ...workspaces } = view.workspaces;
      return { workspaces };
    }
    case "limits.changed":
      return { limits: { ...view.limits, ...event.data.limits } };
    case "login.granted":
      return { logins: [...view.logins, event.data.hash].slice(-LOGINS) };
    case "preferences.changed":
      return { preferences: preferred(view.preferences, event.data.change) };
    case "call.refused":
    default:
      return {};
  }
}

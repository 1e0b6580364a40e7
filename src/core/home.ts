import type { Actor } from "../contract/actor.ts";
import type { HomeFact } from "../contract/event.ts";
import type { home as operations } from "../contract/operations/home.ts";
import { DEFAULT_LIMITS, Limits } from "../contract/workspace.ts";
import { decide } from "./append.ts";
import { named, type Handlers, type HomeCall } from "./call.ts";
import { applyHomeEvent, emptyHomeView, type HomeView } from "./home-view.ts";
import { followLedger } from "./live-view.ts";
import type { Access } from "./ports/access.ts";
import type { Ledger } from "./ports/ledger.ts";

/** What belongs to no single workspace, as the home ledger has it. */
export interface Home {
  view(): HomeView;
  /**
   * Appends one fact under `id`, by the person unless said otherwise; resolves when the view holds it. A repeat is a no-op.
   * Rejects with `unavailable` when it cannot be written.
   */
  record(fact: HomeFact, subject: string, id: string, actor?: Actor): Promise<void>;
  /** Calls back after every event, until the function given back is called. */
  watch(listener: () => void): () => void;
}

/** Follows the home ledger; resolves once everything that is in it now has been folded. `fail`: it can be followed no longer. */
export async function openHome(
  ledger: Ledger<HomeFact>,
  signal: AbortSignal,
  fail: (error: unknown) => void,
): Promise<Home> {
  const live = await followLedger(ledger, { first: emptyHomeView(), apply: applyHomeEvent }, signal, fail);
  return {
    view: live.current,
    watch: (listener) => live.watch(() => listener()),
    async record(fact, subject, id, actor = { kind: "human" }) {
      await decide(ledger, live.reached, { id, actor, subject }, () => fact);
    },
  };
}

/** What is asked of the whole server: limits, access, its end. */
export function homeHandlers(
  home: Home,
  access: Pick<Access, "link">,
  shutdown: (keepAgents: boolean) => Promise<{ agents_ended: number; survivors: number[] }>,
): Handlers<typeof operations, HomeCall> {
  return {
    "limits.set": async ({ requestId }, changes) => {
      const asked = named(changes);
      if (Object.keys(asked).length === 0) return home.view().limits;
      const limits = Limits.parse({ ...DEFAULT_LIMITS, ...home.view().limits, ...asked });
      await home.record({ type: "limits.changed", data: { limits } }, "limits", requestId);
      return home.view().limits;
    },
    "link.create": async () => access.link(),
    "server.shutdown": async (_call, { keep_agents }) => shutdown(keep_agents),
  };
}

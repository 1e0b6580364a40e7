import { createContext, use, useCallback, useRef, useSyncExternalStore } from "react";
import type { Client } from "../../client/client.ts";
import { toFailure } from "../../contract/error.ts";
import { emptyView, type View } from "../../contract/view.ts";
import type { Workspace } from "../../contract/workspace.ts";
import { toast } from "../controls/toast.tsx";
import type { Connection } from "./connection.ts";
import type { Live } from "./store.ts";

/** The workspace on the screen, and what it takes to work with it. */
export interface Here {
  /** Calls operations of this workspace. */
  client: Client;
  workspace: Workspace;
  /** All that are open, this one too. */
  workspaces: Workspace[];
  live: Live;
}

export const HereContext = createContext<Here | undefined>(undefined);

export function useHere(): Here {
  const here = use(HereContext);
  if (!here) throw new Error("No workspace is on the screen.");
  return here;
}

let now: Here | undefined;

/** Says which workspace is on the screen; for the page itself. */
export function setHere(here: Here | undefined): void {
  now = here;
}

/** The workspace on the screen, for commands: they run outside of components. */
export function hereNow(): Here | undefined {
  return now;
}

const NOTHING_YET = emptyView();

/**
 * A part of the view, live. The component renders again only when that part is another: when it is made anew each time
 * (a list, an object), say with `same` when two of them count as equal, e.g. `sameItems`.
 */
export function useView<T>(select: (view: View) => T, same: (a: T, b: T) => boolean = Object.is): T {
  const { live } = useHere();
  const last = useRef<{ view: View; select: unknown; part: T }>(undefined);
  return useSyncExternalStore(live.subscribe, () => {
    const view = live.snapshot().view ?? NOTHING_YET;
    const was = last.current;
    if (was?.view === view && was.select === select) return was.part;
    const part = select(view);
    const kept = was && same(was.part, part) ? was.part : part;
    last.current = { view, select, part: kept };
    return kept;
  });
}

/** Whether the first view has come. Before that nothing is known, and nothing may be called empty. */
export function useLoaded(): boolean {
  const { live } = useHere();
  return useSyncExternalStore(live.subscribe, () => live.snapshot().view !== undefined);
}

export function useConnection(): Connection {
  const { live } = useHere();
  return useSyncExternalStore(live.subscribe, () => live.snapshot().connection);
}

/** Whether anything can be asked of the server now. Where it is false, say why instead of failing later. */
export function useOnline(): boolean {
  const { live } = useHere();
  return useSyncExternalStore(live.subscribe, () => live.snapshot().connection.is === "open");
}

/** Whether two lists hold the very same items in the same order. */
export function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
}

/** Carries out an action for a control that has no place of its own for trouble: a failure becomes a toast. True when it worked. */
export function useAct(): (action: (client: Client) => Promise<unknown>, done?: string) => Promise<boolean> {
  const { client } = useHere();
  return useCallback(
    async (action, done) => {
      try {
        await action(client);
        if (done) toast(done);
        return true;
      } catch (error) {
        toast(toFailure(error).message, { trouble: true });
        return false;
      }
    },
    [client],
  );
}

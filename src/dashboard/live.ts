import { createClient, type Client, type Routes } from "../client/client.ts";
import { Stream, type StreamState } from "../client/stream.ts";
import type { Failure } from "../contract/error.ts";
import { applyEvent } from "../contract/fold.ts";
import type { View } from "../contract/view.ts";

/** What the page knows of one workspace right now. */
export interface Snapshot {
  view: View | undefined;
  state: StreamState;
  /** Why nothing more will come, if that is so. */
  over: Failure | undefined;
}

/** A workspace, kept up to date for as long as somebody looks. */
export interface Live {
  readonly stream: Stream;
  subscribe(changed: () => void): () => void;
  snapshot(): Snapshot;
  close(): void;
}

/** Reloading did not help once already; then say so instead of reloading for ever. */
const RELOADED = "clustr.reloaded";

/** The client of this page's own server. Rejects with `unauthenticated` when this browser is not logged in. */
export async function openClient(): Promise<Client> {
  const bare = createClient({
    base: "",
    routes: { "workspace.list": { http: "GET /workspaces", scope: "home" } } as Routes,
  });
  await bare.call("workspace.list", {});
  const routes = (await (await fetch("/api")).json()) as Routes;
  return createClient({ base: "", routes });
}

/** Follows a workspace over the socket. Screens change once a frame however many events come, and not at all while hidden. */
export function followWorkspace(workspace: string): Live {
  const listeners = new Set<() => void>();
  let current: Snapshot = { view: undefined, state: { is: "connecting" }, over: undefined };
  let next = current;
  let frame = 0;

  const set = (change: Partial<Snapshot>) => {
    next = { ...next, ...change };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      current = next;
      for (const changed of listeners) changed();
    });
  };

  const stream = new Stream({
    base: location.origin,
    workspace,
    on: {
      view: (view) => set({ view }),
      event: (event) => next.view && set({ view: applyEvent(next.view, event) }),
      state(state) {
        set({ state });
        if (state.is === "open") sessionStorage.removeItem(RELOADED);
        // A refused upgrade looks like any other loss; the API says which it is.
        if (state.is === "waiting") void checkLogin().then((failure) => failure && end(failure));
      },
      end(error) {
        if (error?.code === "conflict" && !sessionStorage.getItem(RELOADED)) {
          sessionStorage.setItem(RELOADED, "1");
          location.reload();
        } else if (error) set({ over: error });
      },
    },
  });
  const end = (over: Failure) => {
    stream.close();
    set({ over });
  };
  const wake = () => document.visibilityState === "visible" && stream.retry();
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);

  return {
    stream,
    snapshot: () => current,
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    close() {
      document.removeEventListener("visibilitychange", wake);
      removeEventListener("online", wake);
      cancelAnimationFrame(frame);
      stream.close();
    },
  };
}

async function checkLogin(): Promise<Failure | undefined> {
  const response = await fetch("/api").catch(() => undefined);
  return response?.status === 401 ? ((await response.json()) as Failure) : undefined;
}

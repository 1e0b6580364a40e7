import { Stream } from "../../client/stream.ts";
import type { Failure } from "../../contract/error.ts";
import type { Event } from "../../contract/event.ts";
import type { Preferences } from "../../contract/preferences.ts";
import type { View } from "../../contract/view.ts";
import { follow, NO_CONNECTION, type Connection } from "./connection.ts";
import { folding, type Fold } from "./folding.ts";
import { checkLogin } from "./login.ts";

/** What the page knows of one workspace right now. */
export interface Snapshot {
  /** Undefined until the server has sent it. */
  view: View | undefined;
  connection: Connection;
  /** What the person prefers; undefined until the server has said so. */
  preferences?: Preferences;
  /** Why nothing more will come, if that is so. */
  over: Failure | undefined;
}

/** A workspace, kept up to date for as long as somebody looks. */
export interface Live {
  readonly stream: Stream;
  /** What is on the screen: changes at most once a frame, however many events come, and not while the page is hidden. */
  snapshot(): Snapshot;
  subscribe(changed: () => void): () => void;
  /** The newest, without waiting for a frame: for what must go on while the page is hidden. */
  newest(): Snapshot;
  watch(changed: () => void): () => void;
  /** Every event as it comes, after it has been folded. */
  onEvent(listener: (event: Event) => void): () => void;
  /** Nothing more will come: it was closed, or is over. */
  readonly done: boolean;
  close(): void;
}

/** Reloading did not help once already; then say so instead of reloading for ever. */
const RELOADED = "clustr.reloaded";

/** Follows a workspace over the socket. */
export function followWorkspace(workspace: string): Live {
  const onFrame = new Set<() => void>();
  const atOnce = new Set<() => void>();
  const onEvent = new Set<(event: Event) => void>();
  let current: Snapshot = { view: undefined, connection: NO_CONNECTION, over: undefined };
  let next = current;
  let frame = 0;
  const ended = new AbortController();
  let fold: ReturnType<typeof folding> | undefined;

  const show = () => {
    frame = 0;
    current = next;
    for (const changed of onFrame) changed();
  };
  const set = (change: Partial<Snapshot>) => {
    next = { ...next, ...change };
    for (const changed of atOnce) changed();
    // What is waited for before anything is on the screen waits for no frame.
    if (!current.view) show();
    else frame ||= requestAnimationFrame(show);
  };

  const stream = new Stream({
    base: location.origin,
    workspace,
    on: {
      view(view) {
        set({ view });
        fold ??= folding(take, full, ended.signal);
      },
      preferences: (preferences) => set({ preferences }),
      event: (event) => fold?.(event),
      state(state) {
        set({ connection: follow(next.connection, state, Date.now()) });
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
  function take(event: Event, apply: Fold): void {
    // A whole view may have come meanwhile.
    if (!next.view || event.seq <= next.view.seq) return;
    set({ view: apply(next.view, event) });
    for (const listener of onEvent) listener(event);
  }
  const full = () =>
    end({
      code: "unavailable",
      message: "A part of this page could not be loaded; nothing was lost. Reload the page.",
    });
  const wake = () => document.visibilityState === "visible" && stream.retry();
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", wake);

  return {
    stream,
    snapshot: () => current,
    subscribe: (changed) => listen(onFrame, changed),
    newest: () => next,
    watch: (changed) => listen(atOnce, changed),
    onEvent: (listener) => listen(onEvent, listener),
    get done() {
      return ended.signal.aborted || next.over !== undefined;
    },
    close() {
      ended.abort();
      document.removeEventListener("visibilitychange", wake);
      removeEventListener("online", wake);
      cancelAnimationFrame(frame);
      stream.close();
    },
  };
}

function listen<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

import { createElement, useState, useSyncExternalStore, type ComponentType, type ReactNode } from "react";
import { whenAtRest } from "./rest.ts";

/** A piece of the page whose code is fetched by itself. `meanwhile` stands in its place until it has come. */
export interface Part<P extends object = object> {
  (props: P & { meanwhile?: ReactNode }): ReactNode;
  /** Asks for the code before it is shown. Never fails: what does not come is asked for again by whoever shows it. */
  fetch(): void;
}

/** How long to wait before code that a click is waiting for is asked for again, ms. */
const AGAIN_MS = 1_000;

/**
 * Like React's `lazy`, for what the first paint is waiting for: it is drawn in the moment its code is there, at once when
 * it is there already. What waits in a Suspense instead is held back until 300 ms after the last placeholder appeared.
 */
export function part<P extends object>(load: () => Promise<ComponentType<P>>): Part<P> {
  return made(load, false);
}

/**
 * A part that opens over others at a click: a menu, a dialog. Its code is fetched while the page is at rest, so that it
 * opens without contact, too. When even that failed it opens as soon as the code comes, and breaks nothing until then.
 */
export function atClick<P extends object>(load: () => Promise<ComponentType<P>>): Part<P> {
  const opened = made(load, true);
  whenAtRest(opened.fetch);
  return opened;
}

function made<P extends object>(load: () => Promise<ComponentType<P>>, patient: boolean): Part<P> {
  const listeners = new Set<() => void>();
  let now: { Body?: ComponentType<P>; error?: unknown } = {};
  let loading: Promise<void> | undefined;

  const set = (next: typeof now) => {
    now = next;
    for (const changed of listeners) changed();
  };
  const fetch = () => {
    loading ??= load().then(
      (Body) => set({ Body }),
      (error: unknown) => {
        loading = undefined;
        if (!patient) set({ error });
        else if (listeners.size > 0) setTimeout(fetch, AGAIN_MS);
      },
    );
  };
  const subscribe = (changed: () => void) => {
    listeners.add(changed);
    return () => listeners.delete(changed);
  };
  function Coming({ meanwhile, ...props }: P & { meanwhile?: ReactNode }): ReactNode {
    // Whoever shows it anew, e.g. with "Try again", begins without the failure of before.
    useState(() => {
      if (!now.Body) now = {};
      fetch();
    });
    const { Body, error } = useSyncExternalStore(subscribe, () => now);
    if (error !== undefined) throw error;
    return Body ? createElement(Body, props as unknown as P) : meanwhile;
  }
  return Object.assign(Coming, { fetch });
}

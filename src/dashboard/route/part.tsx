import { createElement, useState, useSyncExternalStore, type ComponentType, type ReactNode } from "react";

/** A piece of the page whose code is fetched by itself. `meanwhile` stands in its place until it has come. */
export interface Part<P extends object = object> {
  (props: P & { meanwhile?: ReactNode }): ReactNode;
  /** Asks for the code before it is shown. Never fails: what does not come is asked for again by whoever shows it. */
  fetch(): void;
}

/**
 * Like React's `lazy`, for what the first paint is waiting for: it is drawn in the moment its code is there, at once when
 * it is there already. What waits in a Suspense instead is held back until 300 ms after the last placeholder appeared.
 */
export function part<P extends object>(load: () => Promise<ComponentType<P>>): Part<P> {
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
        set({ error });
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

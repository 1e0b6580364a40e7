import { useSyncExternalStore } from "react";

/** What lies over the page, one at a time. */
export type Overlay = "palette" | "sheet";

let shown: Overlay | undefined;
const listeners = new Set<() => void>();

function show(overlay: Overlay | undefined): void {
  shown = overlay;
  for (const changed of listeners) changed();
}

export const openPalette = (): void => show("palette");
/** The sheet of all keys. */
export const openSheet = (): void => show("sheet");
export const closeOverlay = (): void => show(undefined);

export function useOverlay(): Overlay | undefined {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => shown,
  );
}

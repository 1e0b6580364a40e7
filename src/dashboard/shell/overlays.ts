import { useSyncExternalStore } from "react";
import { atClick, type Part } from "../route/part.tsx";

/** Something that lies over the page, e.g. a dialog. It calls `onClose` when it wants to go. */
type Overlay = Part<{ onClose: () => void }>;

const Palette = atClick(() => import("../keys/palette.tsx").then((module) => module.Palette));
const KeySheet = atClick(() => import("../keys/sheet.tsx").then((module) => module.KeySheet));

/** What opens them by key; the commands are in commands.ts. */
export const PALETTE_KEYS = "mod+k";
export const SHEET_KEYS = "?";

let shown: Overlay | undefined;
const listeners = new Set<() => void>();

/** Puts something over the page, in place of what lies there. For commands: see keys/command.ts. */
export function openOverlay(overlay: Overlay | undefined): void {
  shown = overlay;
  for (const changed of listeners) changed();
}

export const openPalette = (): void => openOverlay(Palette);
/** The sheet of all keys. */
export const openSheet = (): void => openOverlay(KeySheet);
export const closeOverlay = (): void => openOverlay(undefined);

export function useOverlay(): Overlay | undefined {
  return useSyncExternalStore(
    (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    () => shown,
  );
}

import { useCallback, useRef, useState } from "react";
import { keep, kept } from "../live/kept.ts";

/** Widths of the two panels beside the centre, in pixels; 0 = put away. */
export interface Widths {
  left: number;
  right: number;
}

/** How narrow, how wide, and how wide unless moved. */
export const LEFT = { least: 200, most: 400, usual: 264 };
export const RIGHT = { least: 280, most: 560, usual: 360 };

/**
 * The widths kept for a workspace. While an edge is dragged they change on the element alone (`--left`, `--right`):
 * nothing is rendered again until it rests.
 */
export function useWidths(workspace: string) {
  const root = useRef<HTMLDivElement>(null);
  const key = `widths.${workspace}`;
  const [widths, setWidths] = useState<Widths>(() => ({ left: LEFT.usual, right: RIGHT.usual, ...kept<Widths>(key) }));
  const move = useCallback(
    (change: Partial<Widths>, rests = true) => {
      for (const [name, width] of Object.entries(change)) root.current?.style.setProperty(`--${name}`, `${width}px`);
      if (!rests) return;
      setWidths((was) => {
        const next = { ...was, ...change };
        keep(key, next);
        return next;
      });
    },
    [key],
  );
  return { root, widths, move };
}

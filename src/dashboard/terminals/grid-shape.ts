/** How many terminals are shown at once. */
export type GridLayout = 1 | 2 | 4 | 6;

/** Parts of the whole, in order; each at least `LEAST`. */
export interface GridSizes {
  columns: number[];
  rows: number[];
}

/** Narrower than this a terminal is of no use: about 45 columns. */
const NARROW_PX = 340;
const LEAST = 0.12;

/**
 * Columns and rows for a layout in a box of this width: fewer columns, and so more rows, where it is narrow. `stacked`: all
 * in one column.
 */
export function shapeOf(layout: GridLayout, width: number, stacked = false): { columns: number; rows: number } {
  const wanted = stacked ? 1 : { 1: 1, 2: 2, 4: 2, 6: 3 }[layout];
  const columns = Math.max(1, Math.min(wanted, Math.floor(width / NARROW_PX)));
  return { columns, rows: Math.ceil(layout / columns) };
}

/** The parts that were kept, when they are for this many; else equal ones. */
export function partsFor(kept: readonly number[] | undefined, count: number): number[] {
  const usable = kept?.length === count && kept.every((part) => part > 0 && part < 1.01);
  return usable ? [...kept] : Array.from({ length: count }, () => 1 / count);
}

/** Moves the edge after part `at` by `by` of the whole; the two beside it share what they had. */
export function moveEdge(parts: readonly number[], at: number, by: number): number[] {
  const [before = 0, after = 0] = parts.slice(at, at + 2);
  const both = before + after;
  const next = Math.max(LEAST, Math.min(both - LEAST, before + by));
  return parts.map((part, index) => (index === at ? next : index === at + 1 ? both - next : part));
}

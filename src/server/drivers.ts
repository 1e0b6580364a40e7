import type { TerminalHost } from "../core/ports/terminal.ts";

/** How long a driver that has left may come back before another viewer's window counts, ms: a page that reloads does. */
export const BACK_MS = 2_000;

/** In columns and rows of characters. */
export interface Size {
  cols: number;
  rows: number;
}

/** One viewer of one terminal, as far as its size matters. */
export interface Seat {
  readonly terminal: string;
  /** What its window holds; undefined for a viewer that only looks on. */
  size: Size | undefined;
  /** Told whether it drives: when it joins, and whenever that changes. */
  drives(yes: boolean): void;
}

/** Decides whose window a terminal fits when several people's windows show it. */
export interface Drivers {
  /** A viewer came: it drives if nobody does. One that `drove` before its connection was lost also replaces a driver that nobody chose. */
  join(seat: Seat, drove: boolean): Promise<void>;
  /** A viewer's window changed: that counts if it drives or nobody does. */
  resized(seat: Seat): Promise<void>;
  /** A viewer typed, or asked for the size: it drives from now on. */
  take(seat: Seat): Promise<void>;
  leave(seat: Seat): void;
}

/** Everybody who looks at one terminal, in the order they came. */
interface Table {
  seats: Set<Seat>;
  driver?: Seat | undefined;
  /** Whether the driver became so by what its person did, not only by being there. */
  chosen: boolean;
  applied?: Size | undefined;
  vacant?: NodeJS.Timeout | undefined;
}

/**
 * The driver of a terminal is the viewer that typed or asked for it last: windows that only look on change nothing. When
 * it leaves, the terminal keeps its size, and after a moment fits the newest of those who still look.
 */
export function createDrivers(host: Pick<TerminalHost, "resize">): Drivers {
  /** By terminal, while somebody looks at it. */
  const tables = new Map<string, Table>();

  async function seat(table: Table, next: Seat, chosen: boolean): Promise<void> {
    clearTimeout(table.vacant);
    const last = table.driver;
    table.driver = next;
    table.chosen = chosen;
    if (last !== next) {
      last?.drives(false);
      next.drives(true);
    }
    await apply(table, next);
  }

  async function apply(table: Table, { terminal, size }: Seat): Promise<void> {
    const { applied } = table;
    if (!size || (applied?.cols === size.cols && applied.rows === size.rows)) return;
    table.applied = size;
    await host.resize(terminal, size.cols, size.rows);
  }

  function tableOf(terminal: string): Table {
    const known = tables.get(terminal);
    if (known) return known;
    const table: Table = { seats: new Set(), chosen: false };
    tables.set(terminal, table);
    return table;
  }

  /** The newest viewer with a window takes over from the one that did not come back. */
  function inherit(table: Table): void {
    const heir = [...table.seats].findLast(({ size }) => size);
    // A terminal that cannot be resized just now keeps its size until somebody types.
    if (heir && !table.driver) seat(table, heir, false).catch(() => {});
  }

  return {
    async join(viewer, drove) {
      const table = tableOf(viewer.terminal);
      table.seats.add(viewer);
      const free = !table.driver || (drove && !table.chosen);
      if (viewer.size && free) await seat(table, viewer, drove);
      else viewer.drives(false);
    },
    async resized(viewer) {
      const table = tableOf(viewer.terminal);
      table.seats.add(viewer);
      if (table.driver === viewer) await apply(table, viewer);
      else if (!table.driver) await seat(table, viewer, false);
    },
    async take(viewer) {
      const table = tableOf(viewer.terminal);
      table.seats.add(viewer);
      await seat(table, viewer, true);
    },
    leave(viewer) {
      const table = tables.get(viewer.terminal);
      if (!table?.seats.delete(viewer)) return;
      if (table.driver === viewer) {
        table.driver = undefined;
        table.vacant = setTimeout(() => inherit(table), BACK_MS).unref();
      }
      if (table.seats.size > 0) return;
      clearTimeout(table.vacant);
      tables.delete(viewer.terminal);
    },
  };
}

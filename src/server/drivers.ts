import type { TerminalHost } from "../core/ports/terminal.ts";

export interface Size {
  cols: number;
  rows: number;
}

/** One viewer of one terminal, as far as its size matters. */
export interface Seat {
  readonly terminal: string;
  size: Size | undefined;
}

/** Decides whose window a terminal fits when several people's windows show it. */
export interface Drivers {
  /** A viewer came: it drives if nobody else does. */
  join(seat: Seat): Promise<void>;
  /** A viewer typed or resized: it drives from now on. */
  take(seat: Seat): Promise<void>;
  leave(seat: Seat): void;
}

/** The driver of a terminal is the viewer that typed or resized last: a phone that only looks on changes nothing. */
export function createDrivers(host: TerminalHost): Drivers {
  const drivers = new Map<string, Seat>();
  const applied = new Map<Seat, Size>();

  async function take(seat: Seat): Promise<void> {
    const { terminal, size } = seat;
    const same = drivers.get(terminal) === seat && applied.get(seat) === size;
    drivers.set(terminal, seat);
    if (same || !size) return;
    applied.set(seat, size);
    await host.resize(terminal, size.cols, size.rows);
  }

  return {
    take,
    join: async (seat) => {
      if (!drivers.has(seat.terminal)) await take(seat);
    },
    leave(seat) {
      applied.delete(seat);
      if (drivers.get(seat.terminal) === seat) drivers.delete(seat.terminal);
    },
  };
}

import { ClustrError, toFailure } from "../contract/error.ts";
import type { ClientFrame } from "../contract/wire.ts";
import type { OpenWorkspace } from "../core/core.ts";
import { asClustrError } from "../core/errors.ts";
import type { Drivers, Seat, Size } from "./drivers.ts";
import { findTerminal } from "./find-terminal.ts";
import type { Surface } from "./surface.ts";
import { createTerminalView, type Outlet, type TerminalView } from "./terminal-view.ts";

/** Bytes typed that may wait for the host; beyond that input is refused. */
const TYPED_LIMIT = 1_000_000;
/** How long what was typed before a detach may take to find its terminal, ms. */
const LAST_KEYS_MS = 2_000;

/** A viewer's end of one terminal, from attach to detach. */
export interface Channel {
  ack(offset: number): void;
  type(bytes: Uint8Array): void;
  /** The viewer's window has this size now; with `take` the terminal is to have it too. */
  resize(size: Size, take: boolean): void;
  close(): void;
}

/** Opens a channel: finds the terminal, shows it, and takes input when `mayType`. Everything that fails is said by a `refused` frame. */
export function openChannel(options: {
  attach: Extract<ClientFrame, { type: "attach" }>;
  workspace: OpenWorkspace;
  surface: Pick<Surface, "host" | "screens" | "log">;
  drivers: Drivers;
  mayType: boolean;
  outlet: Outlet;
  signal: AbortSignal;
}): Channel {
  const { attach, workspace, surface, drivers, mayType, outlet } = options;
  const { channel, agent, epoch, offset, cols, rows, drove = false } = attach;
  const life = new AbortController();
  const signal = AbortSignal.any([options.signal, life.signal]);
  /** Outlives the channel while something typed is still on its way. */
  const finding = new AbortController();
  let size: Size | undefined = cols !== undefined && rows !== undefined ? { cols, rows } : undefined;
  let view: TerminalView | undefined;
  let typed = 0;

  const opened: Promise<Seat> = findTerminal(workspace, surface.host, agent, finding.signal).then(async (terminal) => {
    const drives = (you: boolean) => void (signal.aborted || outlet.frame({ type: "driver", channel, you }));
    const seat: Seat = { terminal: terminal.id, size, drives };
    // A terminal that has ended cannot be resized; it is shown as it is.
    if (mayType && !terminal.exit && !signal.aborted) await drivers.join(seat, drove).catch(refuse);
    if (signal.aborted) return seat;
    const seen = epoch !== undefined && offset !== undefined ? { epoch, offset } : undefined;
    view = createTerminalView({ channel, terminal, seen, ...surface, outlet, signal });
    view.run().catch(end);
    return seat;
  });
  // Steps run one after the other, so that input keeps its order.
  let steps: Promise<unknown> = opened.catch(end);
  const step = (run: (seat: Seat) => Promise<unknown>) => {
    steps = steps.then(async () => run(await opened)).catch(refuse);
  };
  const left = () => {
    void opened.then(drivers.leave, () => {});
    if (typed === 0) finding.abort();
    else setTimeout(() => finding.abort(), LAST_KEYS_MS).unref();
  };
  signal.addEventListener("abort", left, { once: true });

  const failureOf = (error: unknown) => toFailure(asClustrError(error, surface.log, { agent }));

  function refuse(error: unknown): void {
    if (signal.aborted) return;
    void outlet.frame({ type: "refused", channel, failure: failureOf(error) });
  }

  /** Nothing more can be shown; the viewer may attach anew. */
  function end(error: unknown): void {
    if (signal.aborted) return;
    void outlet.frame({ type: "refused", channel, failure: failureOf(error), over: true });
    life.abort();
  }

  return {
    ack: (to) => view?.ack(to),
    close: () => life.abort(),
    resize(to, take) {
      size = to;
      if (!mayType) return;
      step(async (seat) => {
        if (signal.aborted) return;
        seat.size = to;
        return take ? drivers.take(seat) : drivers.resized(seat);
      });
    },
    type(bytes) {
      if (!mayType) return refuse(new ClustrError("forbidden", "You may watch this terminal, not type into it."));
      if (typed + bytes.length > TYPED_LIMIT)
        return refuse(
          new ClustrError(
            "limited",
            "The terminal does not take input fast enough; the last input was dropped. Paste less at once.",
          ),
        );
      typed += bytes.length;
      step(async (seat) => {
        // Who has left does not drive any more; what was typed before counts all the same.
        if (!signal.aborted) await drivers.take(seat).catch(() => {});
        await surface.host.write(seat.terminal, bytes).finally(() => (typed -= bytes.length));
      });
    },
  };
}

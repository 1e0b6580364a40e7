import { setTimeout as wait } from "node:timers/promises";
import { ClustrError, toFailure } from "../contract/error.ts";
import type { ClientFrame } from "../contract/wire.ts";
import type { OpenWorkspace } from "../core/core.ts";
import type { TerminalHost, TerminalInfo } from "../core/ports/terminal.ts";
import type { Drivers, Seat, Size } from "./drivers.ts";
import type { Surface } from "./surface.ts";
import { createTerminalView, type Outlet, type TerminalView } from "./terminal-view.ts";

/** How long an agent that is just starting may take to get its terminal, ms. */
const START_MS = 30_000;
const LOOK_MS = 250;
/** Bytes typed that may wait for the host; beyond that input is refused. */
const TYPED_LIMIT = 1_000_000;

/** A viewer's end of one terminal, from attach to detach. */
export interface Channel {
  ack(offset: number): void;
  type(bytes: Uint8Array): void;
  resize(size: Size): void;
  close(): void;
}

/** Opens a channel: finds the terminal, shows it, and takes input when `mayType`. Everything that fails is said by a `refused` frame. */
export function openChannel(options: {
  attach: Extract<ClientFrame, { type: "attach" }>;
  workspace: OpenWorkspace;
  surface: Pick<Surface, "host" | "screens">;
  drivers: Drivers;
  mayType: boolean;
  outlet: Outlet;
  signal: AbortSignal;
}): Channel {
  const { attach, workspace, surface, drivers, mayType, outlet } = options;
  const { channel, agent, epoch, offset, cols, rows } = attach;
  const life = new AbortController();
  const signal = AbortSignal.any([options.signal, life.signal]);
  let size: Size | undefined = cols !== undefined && rows !== undefined ? { cols, rows } : undefined;
  let view: TerminalView | undefined;
  let typed = 0;

  const opened: Promise<Seat> = findTerminal(workspace, surface.host, agent, signal).then(async (terminal) => {
    const seat: Seat = { terminal: terminal.id, size };
    // A terminal that has ended cannot be resized; it is shown as it is.
    if (mayType && !terminal.exit) await drivers.join(seat).catch(refuse);
    const seen = epoch !== undefined && offset !== undefined ? { epoch, offset } : undefined;
    view = createTerminalView({ channel, terminal, seen, ...surface, outlet, signal });
    view.run().catch(refuse);
    return seat;
  });
  // Steps run one after the other, so that input keeps its order.
  let steps: Promise<unknown> = opened.catch(refuse);
  const step = (run: (seat: Seat) => Promise<unknown>) => {
    steps = steps.then(async () => !signal.aborted && run(await opened)).catch(refuse);
  };
  signal.addEventListener("abort", () => void opened.then(drivers.leave, () => {}), { once: true });

  function refuse(error: unknown): void {
    if (signal.aborted) return;
    void outlet.frame({ type: "refused", channel, failure: toFailure(error) });
  }

  return {
    ack: (to) => view?.ack(to),
    close: () => life.abort(),
    resize(to) {
      size = to;
      if (!mayType) return;
      step((seat) => {
        seat.size = to;
        return drivers.take(seat);
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
        await drivers.take(seat).catch(() => {});
        await surface.host.write(seat.terminal, bytes).finally(() => (typed -= bytes.length));
      });
    },
  };
}

/** The terminal of an agent's present run; waits while the agent is only starting. */
async function findTerminal(
  workspace: OpenWorkspace,
  host: TerminalHost,
  name: string,
  signal: AbortSignal,
): Promise<TerminalInfo> {
  for (const end = Date.now() + START_MS; ; await wait(LOOK_MS, undefined, { signal })) {
    const id = workspace.terminalOf(name);
    const terminal = id === undefined ? undefined : (await host.list()).find((info) => info.id === id);
    if (terminal) return terminal;
    const agent = Object.values(workspace.view().agents).findLast((one) => one.name === name);
    if (!agent) throw new ClustrError("not_found", `There is no agent "${name}".`);
    if (agent.status !== "spawning" || agent.external || Date.now() > end) {
      throw new ClustrError(
        "not_found",
        `Agent "${name}" has no terminal${agent.external ? ": it was started outside Clustr" : " now"}.`,
      );
    }
  }
}

import { setTimeout as wait } from "node:timers/promises";
import { toFailure } from "../contract/error.ts";
import { PREVIEW_COLS, PREVIEW_ROWS, type ClientFrame } from "../contract/wire.ts";
import type { OpenWorkspace } from "../core/core.ts";
import { asClustrError } from "../core/errors.ts";
import type { Screens } from "../core/ports/screen.ts";
import type { TerminalHost, TerminalInfo } from "../core/ports/terminal.ts";
import type { Channel } from "./channel.ts";
import { findTerminal } from "./find-terminal.ts";
import type { Log } from "./surface.ts";
import type { Outlet } from "./terminal-view.ts";

/** Between two looks, ms. */
const LOOK_MS = 1_000;

interface PreviewOptions {
  preview: Extract<ClientFrame, { type: "preview" }>;
  workspace: OpenWorkspace;
  host: TerminalHost;
  screens: Screens;
  log: Log;
  outlet: Pick<Outlet, "frame">;
  signal: AbortSignal;
}

/** A channel that shows a terminal as text until it is closed. It takes neither input nor a size. */
export function openPreview(options: PreviewOptions): Channel {
  const { preview, outlet } = options;
  const life = new AbortController();
  const signal = AbortSignal.any([options.signal, life.signal]);
  show({ ...options, signal }).catch((error: unknown) => {
    if (signal.aborted) return;
    const failure = toFailure(asClustrError(error, options.log, { agent: preview.agent }));
    void outlet.frame({ type: "refused", channel: preview.channel, failure, over: true });
  });
  return { ack() {}, type() {}, resize() {}, close: () => life.abort() };
}

/**
 * Shows it for as long as it runs and the signal does not abort. A look costs one question to the host; only when
 * something was printed since is the screen read and sent.
 */
async function show(options: PreviewOptions): Promise<void> {
  const { preview, workspace, host, screens, outlet, signal } = options;
  const { channel, agent } = preview;
  let shown = "";
  let terminal: TerminalInfo | undefined = await findTerminal(workspace, host, agent, signal);
  const { id } = terminal;
  for (; terminal && !signal.aborted; terminal = await host.info(id)) {
    const now = printOf(terminal);
    if (now !== shown) {
      shown = now;
      const { lines, cols } = await screens.state(id);
      await outlet.frame({ type: "preview", channel, cols, lines: cut(lines.map(({ text }) => text)) });
    }
    if (terminal.exit) return;
    await wait(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

/** Equal for a terminal that shows the same as before. */
function printOf({ epoch, endOffset, cols, rows, exit }: TerminalInfo): string {
  return [epoch, endOffset, cols, rows, exit?.at].join();
}

/** The end of what is on the screen: that is where things happen. */
function cut(lines: string[]): string[] {
  const filled = lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  return filled.slice(-PREVIEW_ROWS).map((line) => line.slice(0, PREVIEW_COLS));
}

import { setTimeout as wait } from "node:timers/promises";
import { ClustrError } from "../contract/error.ts";
import type { ServerFrame } from "../contract/wire.ts";
import type { Screens } from "../core/ports/screen.ts";
import type { TerminalHost, TerminalInfo } from "../core/ports/terminal.ts";

/** Bytes sent but not yet drawn beyond which a viewer gets no more raw output. */
export const UNDRAWN_LIMIT = 1_000_000;
/** Undrawn bytes at which a slow viewer counts as caught up and gets a fresh screen. */
const CAUGHT_UP = 128_000;
/** Between two screens for a viewer that lost its place, ms: a screen may lag behind a flood. */
const RESTORE_PAUSE_MS = 100;

/** Where one viewer's output goes. Both resolve when the socket has taken the frame, so a slow socket slows only its own viewers. */
export interface Outlet {
  frame(frame: ServerFrame): Promise<void>;
  bytes(kind: 0 | 1, offset: number, bytes: Uint8Array): Promise<void>;
}

/** One viewer following one terminal. */
export interface TerminalView {
  /** The viewer has drawn up to here. */
  ack(offset: number): void;
  /** Follows until the terminal's exit was shown or the signal aborts. Rejects when host or screen cannot be reached. */
  run(): Promise<void>;
}

/**
 * Shows a terminal to one viewer: from where it was, else from a restored screen. A viewer that falls behind is never
 * waited for: raw output stops, and once it has caught up it gets the screen as it is then, and raw output from there.
 */
export function createTerminalView(options: {
  channel: number;
  terminal: TerminalInfo;
  /** What the viewer has already. */
  seen: { epoch: string; offset: number } | undefined;
  host: TerminalHost;
  screens: Screens;
  outlet: Outlet;
  signal: AbortSignal;
}): TerminalView {
  const { channel, terminal, seen, host, screens, outlet, signal } = options;
  let sent = 0;
  let drawn = 0;
  let caughtUp: (() => void) | undefined;

  async function restore(): Promise<void> {
    const { bytes, epoch, offset, cols, rows, exact } = await screens.snapshot(terminal.id);
    sent = drawn = offset;
    await outlet.frame({ type: "screen", channel, epoch, offset, cols, rows, exact });
    await outlet.bytes(1, offset, bytes);
  }

  /** Raw output from `sent` on, until it ends or the viewer loses its place. */
  async function stream(): Promise<"ended" | "behind" | "gap"> {
    for await (const chunk of host.follow(terminal.id, sent, signal)) {
      switch (chunk.type) {
        case "gap":
          return "gap";
        case "resized":
          await outlet.frame({ type: "resized", channel, cols: chunk.cols, rows: chunk.rows });
          break;
        case "exit":
          await outlet.frame({ type: "exit", channel, code: chunk.exit.code, signal: chunk.exit.signal });
          return "ended";
        case "bytes":
          if (sent - drawn > UNDRAWN_LIMIT) return "behind";
          sent = chunk.offset + chunk.bytes.length;
          await outlet.bytes(0, chunk.offset, chunk.bytes);
      }
    }
    if (!signal.aborted)
      throw new ClustrError(
        "unavailable",
        "The terminal host went away. What it still has is shown when you come back.",
      );
    return "ended";
  }

  /** Resolves when little is left to draw; until then nothing is sent. */
  function untilCaughtUp(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener("abort", go);
        resolve();
      };
      caughtUp = go;
      signal.addEventListener("abort", go);
      if (sent - drawn <= CAUGHT_UP || signal.aborted) go();
    });
  }

  return {
    ack(offset) {
      drawn = Math.max(drawn, Math.min(offset, sent));
      if (sent - drawn <= CAUGHT_UP) caughtUp?.();
    },
    async run() {
      if (seen && canContinue(terminal, seen)) sent = drawn = seen.offset;
      else await restore();
      for (;;) {
        const why = await stream();
        if (why === "ended" || signal.aborted) return;
        if (why === "behind") await untilCaughtUp();
        else await wait(RESTORE_PAUSE_MS, undefined, { signal }).catch(() => {});
        if (signal.aborted) return;
        await restore();
      }
    },
  };
}

/** Whether the rest is still kept, and little enough to be worth drawing. */
function canContinue(terminal: TerminalInfo, seen: { epoch: string; offset: number }): boolean {
  const { epoch, firstOffset, endOffset } = terminal;
  return (
    seen.epoch === epoch &&
    seen.offset >= firstOffset &&
    seen.offset <= endOffset &&
    endOffset - seen.offset <= UNDRAWN_LIMIT
  );
}

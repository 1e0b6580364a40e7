import { setTimeout as wait } from "node:timers/promises";
import { ClustrError } from "../contract/error.ts";
import type { ServerFrame } from "../contract/wire.ts";
import type { Screens } from "../core/ports/screen.ts";
import type { TerminalHost, TerminalInfo } from "../core/ports/terminal.ts";

/** Bytes on their way to a viewer, sent but not yet drawn, beyond which it is waited for: a key's echo queues behind them. */
export const WINDOW = 262_144;
/** Undrawn bytes at which a viewer that was waited for gets more. */
const ROOM = 131_072;
/** Bytes a viewer may be behind the program; further back it gets the screen as it is, not what led to it. */
export const BEHIND_LIMIT = 1_000_000;
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
 * Shows a terminal to one viewer: from where it was, else from a restored screen. A slow viewer is sent only what it has
 * room for, and neither the program nor another viewer waits for it: when it has fallen too far behind, it gets the screen
 * as it is then, and raw output from there.
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
  let hasRoom: (() => void) | undefined;

  async function restore(): Promise<void> {
    const { bytes, epoch, offset, cols, rows, exact } = await screens.snapshot(terminal.id);
    if (signal.aborted) return;
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
          await outlet.frame({ type: "exit", channel, ...chunk.exit });
          return "ended";
        case "bytes":
          sent = chunk.offset + chunk.bytes.length;
          await outlet.bytes(0, chunk.offset, chunk.bytes);
          if (sent - drawn <= WINDOW) break;
          await untilDrawn(ROOM);
          if (await isBehind()) return "behind";
      }
    }
    if (!signal.aborted)
      throw new ClustrError(
        "unavailable",
        "The terminal host went away. What it still has is shown when you come back.",
      );
    return "ended";
  }

  /** Resolves when at most `left` bytes are left to draw; until then nothing is sent. */
  function untilDrawn(left: number): Promise<void> {
    return new Promise((resolve) => {
      hasRoom = () => {
        if (sent - drawn > left && !signal.aborted) return;
        signal.removeEventListener("abort", go);
        resolve();
      };
      const go = () => hasRoom?.();
      signal.addEventListener("abort", go);
      go();
    });
  }

  async function isBehind(): Promise<boolean> {
    const now = await host.info(terminal.id);
    return now !== undefined && now.endOffset - sent > BEHIND_LIMIT;
  }

  return {
    ack(offset) {
      drawn = Math.max(drawn, Math.min(offset, sent));
      hasRoom?.();
    },
    async run() {
      if (seen && canContinue(terminal, seen)) sent = drawn = seen.offset;
      else await restore();
      for (;;) {
        const why = await stream();
        if (why === "ended" || signal.aborted) return;
        if (why === "behind") await untilDrawn(0);
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
    endOffset - seen.offset <= BEHIND_LIMIT
  );
}

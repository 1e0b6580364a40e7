import type { Terminal } from "@xterm/xterm";

/** What xterm does not publish of how it keeps its scrollbar in step with its lines. Without a position it takes the present one. */
interface Inside {
  _core: { _viewport?: { _sync(...position: [number?]): void } };
}

/**
 * Lets the scrollbar follow once a frame. xterm 6 moves it with every line that scrolls, timers to fade it included, until
 * the scrollback is full: a third of all the work a flood makes in a page. Call it after `open`; the package is pinned, and
 * a test fails when the name changes. `signal`: aborts when the terminal is disposed of; a frame may come after that.
 */
export function calmScrollbar(terminal: Terminal, signal: AbortSignal): void {
  const viewport = (terminal as unknown as Inside)._core._viewport;
  if (!viewport) return;
  const sync = viewport._sync.bind(viewport);
  let coming = false;
  viewport._sync = (...position) => {
    // With a position it comes from xterm's own frame.
    if (position.length > 0) return sync(...position);
    if (coming) return;
    coming = true;
    requestAnimationFrame(() => {
      coming = false;
      if (!signal.aborted) sync();
    });
  };
}

import type { Terminal } from "@xterm/xterm";

/** Tells how many lines have come below while a person reads above; undefined at the bottom. */
export function followScroll(terminal: Terminal, tell: (below: number | undefined) => void): void {
  let lines = 0;
  const isAbove = () => terminal.buffer.active.viewportY < terminal.buffer.active.baseY;
  terminal.onLineFeed(() => {
    if (isAbove()) lines++;
  });
  // Drawn after every change and every movement, so at most once a frame.
  terminal.onRender(() => {
    if (!isAbove()) lines = 0;
    tell(isAbove() ? lines : undefined);
  });
}

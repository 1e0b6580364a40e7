import type { Terminal } from "@xterm/xterm";

/** Tells how many lines have come below while a person reads above; undefined at the bottom. */
export function followScroll(terminal: Terminal, tell: (below: number | undefined) => void): void {
  let lines = 0;
  const isAbove = () => terminal.buffer.active.viewportY < terminal.buffer.active.baseY;
  terminal.onLineFeed(() => {
    if (isAbove()) lines++;
  });
  const look = () => {
    if (!isAbove()) lines = 0;
    tell(isAbove() ? lines : undefined);
  };
  // Both at most once a frame: after movement, and after output, which may not be drawn when all of it is below.
  terminal.onRender(look);
  terminal.onWriteParsed(look);
}

import type * as Xterm from "./xterm.ts";

let loading: Promise<typeof Xterm> | undefined;

/** Fetches xterm, once. Called early, a terminal that is opened later need not wait for it. */
export function loadXterm(): Promise<typeof Xterm> {
  loading ??= import("./xterm.ts").catch((error: unknown) => {
    // The next one who asks tries again: the server may have been away.
    loading = undefined;
    throw error;
  });
  return loading;
}

/** What most systems draw lines and boxes with as well as letters: a terminal full of frames needs both from one font. */
export const FONT = 'ui-monospace, "SF Mono", Menlo, "Cascadia Mono", Consolas, "DejaVu Sans Mono", monospace';
const FONT_MS = 500;

/** Resolves when letters have their final width, or after half a second: a size measured before that would be wrong. */
export async function loadFont(size: number): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, FONT_MS));
  await Promise.race([document.fonts.load(`${size}px ${FONT}`), late]);
}

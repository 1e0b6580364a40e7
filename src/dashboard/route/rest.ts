/** How long after the page can be used its first rest is looked for, ms: terminals and messages come first. */
const AFTER_MS = 1_500;

const waiting: (() => void)[] = [];
let begun = false;

/** Does something small in a moment in which the page has nothing else to do, some time after it can be used. */
export function whenAtRest(act: () => void): void {
  waiting.push(act);
  if (begun) look();
}

/** The page can be used. */
export function usable(): void {
  if (begun) return;
  begun = true;
  setTimeout(look, AFTER_MS);
}

/** One thing for each moment, so that a click in between waits for one at most. */
function look(): void {
  const idle: (act: () => void) => unknown = globalThis.requestIdleCallback ?? setTimeout;
  idle(() => {
    waiting.shift()?.();
    if (waiting.length > 0) look();
  });
}

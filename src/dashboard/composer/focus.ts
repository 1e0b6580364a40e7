/** What the composer is asked for from elsewhere; it listens while it is shown. */
export interface Wish {
  /** Whom to write to: an agent's name, or `all`. */
  to?: string | undefined;
  /** Pictures to go with the message. */
  files?: File[] | undefined;
}

const listeners = new Set<(wish: Wish) => void>();

/** Puts the focus into the composer, from anywhere; with `to`, addressed to an agent's name or `all`. */
export function focusComposer(to?: string): void {
  for (const tell of listeners) tell({ to });
}

/** Gives the composer pictures that were pasted elsewhere, for the agent they were meant for. */
export function attachToMessage(files: File[], to: string): void {
  for (const tell of listeners) tell({ to, files });
}

export function onComposerFocus(tell: (wish: Wish) => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

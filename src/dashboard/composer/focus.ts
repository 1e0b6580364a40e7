/** Whom the composer is asked to write to; it listens while it is shown. */
const listeners = new Set<(to: string | undefined) => void>();

/** Puts the focus into the composer, from anywhere; with `to`, addressed to an agent's name or `all`. */
export function focusComposer(to?: string): void {
  for (const tell of listeners) tell(to);
}

export function onComposerFocus(tell: (to: string | undefined) => void): () => void {
  listeners.add(tell);
  return () => listeners.delete(tell);
}

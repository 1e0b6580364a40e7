/** Work of several kinds on several things, in order for each of them. */
export interface Turns {
  /** Does this after all earlier work under `key`; not at all once everything is over. Resolves when it is done or has failed. */
  take(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when all work taken so far has ended. */
  settled(): Promise<void>;
}

/** `failed` hears what work rejects with; work under the same key goes on. `over`: no work begins after it. */
export function createTurns(over: AbortSignal, failed: (key: string, error: unknown) => void): Turns {
  const last = new Map<string, Promise<void>>();
  return {
    take(key, work) {
      const next = (last.get(key) ?? Promise.resolve()).then(() => (over.aborted ? undefined : work()));
      const settled = next.catch((error: unknown) => failed(key, error));
      last.set(key, settled);
      void settled.then(() => last.get(key) === settled && last.delete(key));
      return settled;
    },
    async settled() {
      await Promise.all(last.values());
    },
  };
}

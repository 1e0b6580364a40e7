import { createLine } from "./line.ts";

/** Work of several kinds on several things, in order for each of them. */
export interface Turns {
  /** Does this after all earlier work under `key`; not at all once everything is over. Resolves when it is done or has failed. */
  take(key: string, work: () => Promise<void>): Promise<void>;
  /** Resolves when all work taken so far has ended. */
  settled(): Promise<void>;
}

/** `failed` hears what work rejects with; work under the same key goes on. `over`: no work begins after it. */
export function createTurns(over: AbortSignal, failed: (key: string, error: unknown) => void): Turns {
  const inLine = createLine();
  const underWay = new Set<Promise<void>>();
  return {
    take(key, work) {
      const done = inLine(key, async () => (over.aborted ? undefined : work())).catch((error: unknown) =>
        failed(key, error),
      );
      underWay.add(done);
      void done.then(() => underWay.delete(done));
      return done;
    },
    async settled() {
      await Promise.all(underWay);
    },
  };
}

import { perform, StepFailure } from "./perform.ts";
import type { World } from "./world.ts";
import type { Step } from "./steps.ts";
import type { Values } from "./values.ts";

/** One stretch of work after the other; the one that runs can be stopped. */
export class Turns {
  readonly #world: World;
  #current: { stop: AbortController; over: Promise<void> } | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Performs steps and says how they ended. A failure or an interrupt leaves the agent reachable. @throws Leave */
  async take(steps: Step[], values: Values, where?: string): Promise<void> {
    const stop = new AbortController();
    const over = Promise.withResolvers<void>();
    this.#current = { stop, over: over.promise };
    const { show, tell, signal } = this.#world;
    try {
      await perform(steps, { ...this.#world, signal: AbortSignal.any([signal, stop.signal]) }, values, where);
      show.done();
      await tell({ type: "idle" });
    } catch (error) {
      if (stop.signal.aborted && !signal.aborted) {
        show.interrupted();
        await tell({ type: "idle" });
      } else {
        if (!(error instanceof StepFailure)) throw error;
        show.failed(error.message);
        await tell({ type: "turn_failed", reason: `The script failed at ${error.message}.` });
      }
    } finally {
      this.#current = undefined;
      over.resolve();
    }
  }

  /** Stops the step that runs and skips those after it. Resolves once that is recorded; at once when none runs. */
  async interrupt(): Promise<void> {
    this.#current?.stop.abort(new Error("interrupted"));
    await this.#current?.over;
  }
}

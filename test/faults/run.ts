import { checkEnded, checkRunning } from "./invariants.ts";
import type { Kind } from "./kind.ts";
import { Random } from "./random.ts";
import type { Result } from "./report.ts";
import { NotRun, World } from "./world.ts";

/** A run that has not ended by then has hung; and what it takes at most to end everything it has started, ms. */
const RUN_MS = 300_000;
const END_MS = 60_000;

/** Makes one run of a kind, and checks every invariant after it. `program` is what is started; never rejects. */
export async function runOnce(kind: Kind, seed: number, program: string, interrupted: AbortSignal): Promise<Result> {
  const began = performance.now();
  const over = new AbortController();
  const late = AbortSignal.timeout(RUN_MS);
  const signal = AbortSignal.any([over.signal, interrupted, late]);
  const world = await World.make(program, signal);
  const { figures, violations, notes } = world;
  let notRun: string | undefined;
  const phase = async (what: string, stop: AbortSignal, work: () => Promise<unknown>): Promise<void> => {
    try {
      await Promise.race([work(), whenAborted(stop)]);
    } catch (error) {
      if (error instanceof NotRun) notRun = error.message;
      else world.violate(what, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  };
  await phase("run", signal, () => kind.run(world, new Random(seed), signal));
  if (notRun === undefined && world.started) await phase("check", signal, () => checkRunning(world));
  // Ended in any case: nothing of a run may outlive it.
  await phase("end", AbortSignal.timeout(END_MS), () => world.end());
  if (notRun === undefined && world.started) await phase("check", signal, () => checkEnded(world));
  await phase("end", AbortSignal.timeout(END_MS), () => world.tidy());
  over.abort(new Error("The run is over."));
  const kept = violations.length > 0 ? world.folder : undefined;
  if (kept === undefined) await world.forget();
  const ms = Math.round(performance.now() - began);
  const result: Result = { kind: kind.name, seed, ms, figures, violations, notes };
  if (notRun !== undefined) result.notRun = notRun;
  if (kept !== undefined) result.kept = kept;
  return result;
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

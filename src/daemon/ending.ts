import { server as itself } from "../core/caller.ts";
import type { Clustr } from "../core/clustr.ts";
import { newId } from "./id.ts";

/** How long agents get to end at a shutdown. */
const STOP_MS = 12_000;

/** What has to be ended with the server. */
export interface Ending {
  /** One more thing to end: before all that were there already. */
  with(step: () => Promise<void>): void;
  /** Ends everything, once. Never rejects. */
  end(): Promise<void>;
  /** Resolves when everything has ended. */
  readonly ended: Promise<void>;
}

/** `last` comes after all steps, and must not fail. A step that fails keeps no other from being done. */
export function createEnding(
  log: (message: string, details: Record<string, unknown>) => void,
  last: () => Promise<void>,
): Ending {
  const steps: (() => Promise<void>)[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const endAll = async (): Promise<void> => {
    for (const step of steps.toReversed())
      await step().catch((error: unknown) => log("Closing failed", { error: String(error) }));
    await last();
    resolve();
  };
  let ending: Promise<void> | undefined;
  return { ended, with: (step) => void steps.push(step), end: () => (ending ??= endAll()) };
}

/** Stops every agent of every workspace, then the host with whatever is left in it. */
export async function endAgents(
  clustr: Clustr,
  shutdownHost: () => Promise<{ ended: number; survivors: number[] }>,
): Promise<{ agents_ended: number; survivors: number[] }> {
  const stops = clustr.workspaces().flatMap((workspace) =>
    Object.values(workspace.view().agents)
      .filter((agent) => agent.live && !agent.external)
      .map(({ name }) =>
        clustr.invoke("agent.stop", { name }, itself, { workspace: workspace.info.id, requestId: newId() }),
      ),
  );
  const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
  await Promise.race([Promise.allSettled(stops), late]);
  const { survivors } = await shutdownHost();
  return { agents_ended: stops.length, survivors };
}

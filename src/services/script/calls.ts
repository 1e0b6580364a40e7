import { randomUUID } from "node:crypto";
import type { Objection } from "../../core/ports/service.ts";
import { ask } from "./consent.ts";
import type { World } from "./world.ts";

/** What a step leaves behind in a file. `path`: relative to the agent's folder. */
export type Left = { path: string } & ({ write: string } | { append: string } | { replace: string; by: string });

/** What a step is about to do to files: to this one, or, by a command, to any. */
export type Reach = { left: Left } | { command: string };

/**
 * Does what changes files, as a call the workspace knows of. What it has against the call the person is asked, or it is
 * not made. @throws Error when the workspace or the person says no, and what the work throws.
 */
export async function inCall<T>(world: World, reach: Reach, work: () => Promise<T>): Promise<T> {
  const id = randomUUID();
  const { objection } = (await world.door.hook("open-call", { id, ...reach })) as { objection?: Objection };
  let left: Left | undefined;
  try {
    if (objection) await overcome(world, objection, id);
    const result = await work();
    left = "left" in reach ? reach.left : undefined;
    return result;
  } finally {
    // An agent that is leaving cannot tell any more; its calls end with its process.
    await world.door.hook("close-call", { id, left }).catch(() => undefined);
  }
}

async function overcome(world: World, { decision, reason }: Objection, id: string): Promise<void> {
  if (decision === "deny") throw new Error(reason);
  const answer = await ask(world, { kind: "permission", title: reason, detail: reason, options: [] });
  if (answer.kind !== "allow" && answer.kind !== "always") throw new Error("the person said no");
  await world.door.hook("go-on-call", { id });
}

import { setTimeout as pause } from "node:timers/promises";
import { processesOf } from "../../gate/processes.ts";
import type { Story } from "../story.ts";
import type { World } from "../world.ts";

/** How long what an agent started may outlive it, ms. */
const ORPHAN_MS = 5_000;

/** I7: no process of an agent that is not live, 5 s after everything has settled; and none that is live without one. */
export async function nothingOrphaned({ world }: Story): Promise<void> {
  const { client } = world.clustr;
  let wrong: string[] = [];
  for (const end = performance.now() + ORPHAN_MS; ; await pause(200)) {
    const agents = (await client.call("agent.list", {})).filter(({ external }) => !external);
    const live = new Set(agents.filter(({ live: alive }) => alive).map(({ id, run }) => `${id}.${run}`));
    const there = new Map<string, string>();
    for (const { environment, line, pid } of await processesOf(world.home)) {
      const run = /CLUSTR_AGENT=[^\0]*\/runs\/([^/\0]+)\//.exec(environment)?.[1];
      if (run !== undefined) there.set(run, `${pid} (${line.slice(0, 60)})`);
    }
    wrong = [
      ...[...there]
        .filter(([run]) => !live.has(run))
        .map(([run, process]) => `process ${process} of ${run}, which ended`),
      ...agents
        .filter(({ id, run, live: alive, status }) => alive && status !== "spawning" && !there.has(`${id}.${run}`))
        .map(({ name, status }) => `${name} is shown as ${status} and has no process`),
    ];
    if (wrong.length === 0 || performance.now() > end) break;
  }
  for (const what of wrong) world.violate("I7", what);
}

/** I7, when everything was ended: nothing at all is left that this run has started. */
export async function nothingLeft(world: World): Promise<void> {
  let left = await processesOf(world.folder);
  for (const end = performance.now() + ORPHAN_MS; left.length > 0 && performance.now() < end;) {
    await pause(200);
    left = await processesOf(world.folder);
  }
  for (const { pid, line } of left) world.violate("I7", `after the shutdown ${pid} is left: ${line.slice(0, 100)}`);
}

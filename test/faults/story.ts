import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import type { Agent } from "../../src/contract/agent.ts";
import type { Event } from "../../src/contract/event.ts";
import type { Remembered } from "./acknowledgements.ts";
import { LISTENER } from "./load/messages.ts";
import type { World } from "./world.ts";

/** Events asked for at once, and how long what is under way may take to settle, ms. */
const PAGE = 5_000;
const SETTLE_MS = 30_000;

/** All that the outside knows of a run when it is over. */
export interface Story {
  world: World;
  /** Every call and what was answered. */
  calls: Remembered[];
  /** The ledger, as the server tells it. */
  events: Event[];
  agents: Agent[];
  /** What the listening agent's terminal shows of the mail it was given, in order; undefined without such an agent. */
  heard: string[] | undefined;
}

/** Waits until everything that was promised has had its time to happen, then reads it all. */
export async function storyOf(world: World): Promise<Story> {
  const { client } = world.clustr;
  const calls = await world.memory.all();
  const mail = calls.filter(({ operation, outcome, input }) => {
    return operation === "message.send" && outcome === "ok" && input["to"] === LISTENER;
  }).length;
  const listener = async () => (await client.call("agent.list", {})).find(({ name }) => name === LISTENER);
  for (const end = performance.now() + SETTLE_MS; performance.now() < end && !world.signal.aborted; await pause(100)) {
    const agent = await listener();
    if (!agent?.live || !world.journalsWhole || (await heardBy(world, agent)).length >= mail) break;
  }
  const events: Event[] = [];
  for (let page: Event[]; (page = await pageAfter(world, events.at(-1)?.seq ?? 0)).length > 0;) events.push(...page);
  // The viewer is a moment behind.
  const last = events.at(-1)?.seq ?? 0;
  for (const end = performance.now() + 10_000; (world.followed.at(-1)?.seq ?? 0) < last && performance.now() < end;)
    await pause(50);
  const agent = await listener();
  const heard = agent && (await heardBy(world, agent));
  return { world, calls, events, agents: await client.call("agent.list", {}), heard };
}

async function pageAfter(world: World, after: number): Promise<Event[]> {
  return (await world.clustr.client.call("event.list", { after, limit: PAGE })) as Event[];
}

/** The contents of the messages an agent says it got, over all of its runs. */
async function heardBy(world: World, agent: Agent): Promise<string[]> {
  const folder = join(world.home, "workspaces", world.clustr.ready.workspace, "terminals");
  const all: string[] = [];
  for (let run = 1; run <= agent.run; run++) {
    const journal = join(folder, `${agent.id}.${run}`);
    const names = (await readdir(journal).catch(() => [])).filter((name) => name.endsWith(".raw")).toSorted();
    const bytes = Buffer.concat(await Promise.all(names.map((name) => readFile(join(journal, name)))));
    const text = stripVTControlCharacters(bytes.toString());
    for (const [, content = ""] of text.matchAll(/GOT (\S+#\d+)/g)) all.push(content);
  }
  return all;
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Stream, type StreamState } from "../../../src/client/stream.ts";
import type { Event } from "../../../src/contract/event.ts";
import { Proxy } from "../proxy.ts";
import type { Random } from "../random.ts";
import { settled } from "../settled.ts";
import { underLoad } from "../load.ts";
import { fdsOf } from "../vitals.ts";
import type { World } from "../world.ts";

export const name = "half-open";

/** Silence after which a viewer asks and then gives up, and after which the server does, with room, ms. */
const NOTICED_MS = 20_000;
const CUT_MS = 60_000;
/** A program that prints numbered lines, so that a byte too many or too few is seen. */
const COUNT = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo LINE-$i; sleep 0.05; done";

/** The network between a viewer and the server is gone without a word: both notice, and the viewer goes on where it was. */
export async function run(world: World, random: Random): Promise<void> {
  await world.start();
  const load = await underLoad(world, random, { clients: 2, pace: 4, agents: false });
  const { client, ready, token } = world.clustr;
  const task = JSON.stringify([{ run: COUNT }]);
  const { id } = await client.call("agent.spawn", { name: "counter", service: "script", autonomy: "full", task });
  const proxy = await Proxy.open(Number(new URL(ready.url).port));
  const events: Event[] = [];
  const output: Buffer[] = [];
  const states: StreamState["is"][] = [];
  let screens = 0;
  const stream = new Stream({
    ...{ base: proxy.base, workspace: ready.workspace, token, after: 0 },
    on: { event: (event) => void events.push(event), state: ({ is }) => void states.push(is) },
  });
  try {
    stream.attach("counter", {
      screen: (_screen, drawn) => (screens++, drawn()),
      output: (bytes, drawn) => (output.push(Buffer.from(bytes)), drawn()),
    });
    await settled(world, "run", "the viewer sees the counter", () => output.length > 5, 20_000);
    const before = fdsOf(ready.pid);
    const count = events.length;
    proxy.freeze();
    world.figures.faults += 1;
    await settled(world, "half-open", "the viewer notices", () => states.includes("waiting"), NOTICED_MS);
    await settled(world, "half-open", "the viewer comes back", () => states.at(-1) === "open", 10_000);
    await pause(1_000);
    await load.stop();
    const all = async (): Promise<Event[]> => {
      const found: Event[] = [];
      for (
        let page: Event[];
        (page = (await client.call("event.list", { after: found.length, limit: 5_000 })) as Event[]).length > 0;
      )
        found.push(...page);
      return found;
    };
    const over = async () =>
      (await client.call("agent.list", {})).some((agent) => agent.id === id && agent.outcome === "finished");
    await settled(world, "run", "the counter has counted", over, 30_000);
    await settled(
      world,
      "I8",
      "the viewer has every event once and in order",
      async () => {
        return (
          JSON.stringify(events) === JSON.stringify((await all()).slice(0, events.length)) &&
          events.length >= (await all()).length - 1
        );
      },
      10_000,
    );
    world.expect("half-open", events.length > count, "nothing happened while the network was gone");
    const folder = join(world.home, "workspaces", ready.workspace, "terminals", `${id}.1`);
    await settled(
      world,
      "I8",
      "the viewer has every byte once and in order",
      async () => {
        const names = (await readdir(folder)).filter((file) => file.endsWith(".raw")).toSorted();
        const journal = Buffer.concat(await Promise.all(names.map((file) => readFile(join(folder, file)))));
        const seen = Buffer.concat(output);
        return seen.includes("LINE-300") && journal.subarray(-seen.length).equals(seen);
      },
      10_000,
    );
    world.expect("I8", screens === 1, `the viewer was given ${screens} screens instead of what was missing`);
    if (process.env["CLUSTR_FULL"] === "1")
      await settled(
        world,
        "half-open",
        "the server lets go of the dead socket",
        () => fdsOf(ready.pid) <= before,
        CUT_MS,
      );
    world.say(
      `${events.length - count} events and ${states.filter((is) => is === "open").length - 1} return after the network was gone`,
    );
  } finally {
    stream.close();
    proxy.close();
  }
}

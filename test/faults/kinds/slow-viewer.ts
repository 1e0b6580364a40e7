import { setTimeout as pause } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { Stream } from "../../../src/client/stream.ts";
import { shellAddress } from "../../../src/contract/shell-address.ts";
import { Proxy } from "../proxy.ts";
import { DrawnScreen } from "../screen.ts";
import { settled } from "../settled.ts";
import { hostPid, watchMemory } from "../vitals.ts";
import type { World } from "../world.ts";

export const name = "slow-viewer";

/** Bytes a second that reach the slow one, and for how long a program prints as fast as it can. */
const RATE = 1_024;
const PRINTS_S = process.env["CLUSTR_FULL"] === "1" ? 60 : 5;
/** MB that the server may take more while one viewer does not keep up; the program prints hundreds. */
const GROWTH_MB = 50;
/** A line of another terminal is to be seen within 100 ms, or within so many times what it took without the slow one. */
const LINE_MS = 100;
const WORSE = 3;

/** What is typed is not what marks the end, so that the echo of it is not taken for that. */
const FLOOD = `timeout ${PRINTS_S} sh -c 'while :; do seq 100000 199999; done'; echo FLOOD-$((1+1))-OVER\n`;
const OVER = "FLOOD-2-OVER";
const CLOCK = "while :; do date +T%s%3NZ; sleep 0.05; done";

/** A viewer that takes 1 kB a second watches a program print as fast as it can; others watch, too. */
export async function run(world: World): Promise<void> {
  await world.start();
  const { client, ready, token } = world.clustr;
  const { workspace } = ready;
  const task = JSON.stringify([{ run: CLOCK, may_fail: true }]);
  await client.call("agent.spawn", { name: "clock", service: "script", autonomy: "full", task });
  const proxy = await Proxy.open(Number(new URL(ready.url).port));
  const near = new Stream({ base: ready.url, workspace, token, on: {} });
  const far = new Stream({ base: proxy.base, workspace, token, on: {} });
  try {
    const lags: number[] = [];
    near.attach("clock", new DrawnScreen((bytes) => lags.push(...lagsIn(bytes))));
    await settled(world, "run", "the clock is seen", () => lags.length > 20, 20_000);
    const flooded = async (watch: Stream[]) => {
      const { id } = await client.call("shell.open", {});
      const screens = watch.map(() => new DrawnScreen());
      const channels = watch.map((stream, i) => stream.attach(shellAddress(id), screens[i] as DrawnScreen));
      await settled(world, "run", "the shell is seen", () => (screens[0]?.restored ?? 0) > 0, 20_000);
      lags.length = 0;
      channels[0]?.write(FLOOD);
      await pause((PRINTS_S + 1) * 1_000);
      return { screens, lag: quantile(lags, 0.99), seen: lags.length };
    };
    const before = await flooded([near]);
    proxy.rate = RATE;
    const memory = [watchMemory(ready.pid), watchMemory(await hostPid(world))];
    const { screens, lag, seen } = await flooded([near, far]);
    const [server = 0, host = 0] = memory.map((most) => most());
    world.figures.faults += 1;
    const [quick, slow] = screens as [DrawnScreen, DrawnScreen];
    world.expect("slow-viewer", server < GROWTH_MB, `the server grew by ${server.toFixed(0)} MB`);
    world.expect("slow-viewer", seen > 0, "the clock was not seen any more");
    const bound = Math.max(LINE_MS, before.lag * WORSE);
    world.expect(
      "slow-viewer",
      lag < bound,
      `others saw a line after ${lag} ms; without the slow one after ${before.lag} ms`,
    );
    world.expect(
      "slow-viewer",
      slow.bytes < quick.bytes / 10,
      `it was given ${slow.bytes} of ${quick.bytes} bytes, so it was not slow`,
    );

    proxy.rate = undefined;
    const ends = (screen: DrawnScreen) => screen.text.some((line) => line.includes(OVER));
    await settled(world, "slow-viewer", "the quick viewer sees the end", () => ends(quick), 30_000);
    const same = () => ends(slow) && slow.text.join("\n") === quick.text.join("\n");
    await settled(world, "slow-viewer", "the slow viewer shows what the quick one shows", same, 30_000);
    world.say(
      `the quick viewer got ${(quick.bytes / 2 ** 20).toFixed(0)} MB, the slow one ${(slow.bytes / 2 ** 20).toFixed(1)} MB and ${slow.restored} screens; ` +
        `server ${server.toFixed(0)} MB more, host ${host.toFixed(0)}; a line of another terminal p99 ${lag} ms, before ${before.lag} ms`,
    );
  } finally {
    near.close();
    far.close();
    proxy.close();
  }
}

/** Milliseconds between each time that was printed and now. */
function lagsIn(bytes: Uint8Array): number[] {
  const now = Date.now();
  const text = stripVTControlCharacters(Buffer.from(bytes).toString("latin1"));
  return [...text.matchAll(/T(\d{13})Z/g)].map(([, printed]) => now - Number(printed));
}

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

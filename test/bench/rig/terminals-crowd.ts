import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { printed } from "./host-runs.ts";
import { linesFile, type Printing } from "./printing.ts";
import type { Report } from "./report.ts";
import { residentMb, usageOf } from "./usage.ts";
import { Viewer, Watched } from "./viewer.ts";

const COUNT = 50;
const SECONDS = 4;
const KILLS = 3;
/** What was printed before has arrived by then. */
const QUIET_MS = 1_000;
/** A spinner's frame, as tools draw them: a few lines painted over. */
const FRAME = `\x1b[8A${Array.from({ length: 8 }, (_, row) => `\x1b[2K\x1b[3${row}m* row ${row} ${"working ".repeat(11)}\x1b[0m\n`).join("")}`;

/** Fifty terminals: what they take when they spin and when they have printed much, and how they come back. */
export async function crowd(report: Report, printing: Printing): Promise<void> {
  const names = await printing.agents(COUNT);
  const spin = join(printing.folder, "spin");
  await writeFile(spin, FRAME);
  const cold = await memoryOf(printing);
  {
    await using _ = printing.print(names, spin, FRAME.length, 100);
    await wait(1_000);
    const take = async (how: string, most: number): Promise<void> => {
      const { server, host } = await usageOf(await printing.pids(), SECONDS);
      report.add({
        name: `50 spinners, ${how}: server, of a core`,
        unit: "%",
        values: [server.cpu],
        most,
        advisory: true,
      });
      report.add({ name: `50 spinners, ${how}: host, of a core`, unit: "%", values: [host.cpu] });
    };
    await take("unviewed", 5);
    const viewer = await viewAll(printing, names);
    await take("all viewed", 15);
    viewer.close();
  }
  await back(report, printing, names);

  const lines = await linesFile(join(printing.folder, "hot"), 1_200_000);
  for (const name of names) printing.cat(name, lines);
  const viewer = await viewAll(printing, names);
  await wait(5_000);
  viewer.close();
  const hot = await memoryOf(printing);
  const each = (hot.server + hot.host - cold.server - cold.host) / COUNT;
  report.add({ name: "server, 50 terminals that printed little: memory", unit: "MB", values: [cold.server] });
  report.add({ name: "host with them: memory", unit: "MB", values: [cold.host] });
  report.add({
    name: "server, 50 full terminals: memory",
    unit: "MB",
    values: [hot.server],
    most: 350,
    advisory: true,
  });
  report.add({ name: "host with them: memory", unit: "MB", values: [hot.host] });
  report.add({ name: "a full terminal more than an empty one", unit: "MB", values: [each], most: 4.5, advisory: true });
}

async function memoryOf(printing: Printing): Promise<{ server: number; host: number }> {
  const { server, host } = await printing.pids();
  return { server: residentMb(server), host: residentMb(host) };
}

async function viewAll(printing: Printing, names: string[]): Promise<Viewer> {
  const watched = names.map((name) => new Watched(name));
  const viewer = await Viewer.open(printing.clustr, watched);
  await Promise.all(watched.map((one) => one.until(() => one.screens > 0)));
  return viewer;
}

/** Kills the server under a viewer, and starts it again: how soon everything is seen, and whether each byte came once. */
async function back(report: Report, printing: Printing, [first = "", ...others]: string[]): Promise<void> {
  const file = await linesFile(join(printing.folder, "numbers"), 4_000_000);
  const one = new Watched(first);
  let viewer = await Viewer.open(printing.clustr, [one]);
  await one.until(() => one.screens > 0);
  await wait(QUIET_MS);
  // From here on it prints what is known, and less than a viewer may miss while the server is away.
  one.begin();
  await using _ = printing.print([first], file, 1_000, 20);
  const firsts: number[] = [];
  const alls: number[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    await wait(700);
    await printing.clustr.kill();
    viewer.close();
    await printing.clustr.restart();
    const began = performance.now();
    const before = one.delivered;
    viewer = await Viewer.open(printing.clustr, [one]);
    await one.until(() => one.delivered > before);
    firsts.push(performance.now() - began);
    const all = performance.now();
    (await viewAll(printing, others)).close();
    alls.push(performance.now() - all);
  }
  viewer.close();
  report.add({ name: "server killed: up again to first byte", unit: "ms", values: firsts, most: 100, advisory: true });
  report.add({
    name: "server killed: to the screens of all the others",
    unit: "ms",
    values: alls,
    most: 500,
    advisory: true,
  });
  const text = await printed(file);
  const whole = Buffer.concat(Array.from({ length: Math.ceil(one.delivered / text.length) }, () => text));
  const expected = createHash("sha1").update(whole.subarray(0, one.delivered)).digest("hex");
  const wrong = one.hash.digest("hex") === expected && one.screens === 0 ? 0 : 1;
  report.add({ name: `server killed ${KILLS} times: bytes lost or doubled`, unit: "", values: [wrong], most: 0 });
}

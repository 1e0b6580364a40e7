import { join } from "node:path";
import { linesFile, printingClustr, type Printing } from "./printing.ts";
import type { PtyReader } from "./pty-reader.ts";
import { quantile, type Report } from "./report.ts";
import { Viewer, Watched } from "./viewer.ts";

const BYTES = 5_000_000;
const KEYS = 60;
const BESIDE_MANY = "clustr beside 20 of 200 kB/s";
const BESIDE_FLOODS = "clustr beside 8 of 1 MB/s";
const NO_SCREENS = new URL("no-screens.ts", import.meta.url).href;

/** What Clustr is measured beside, as far as it is there. */
export interface Others {
  reader: PtyReader | undefined;
  ttyd: PtyReader | undefined;
}

/** One to another, and what of it is promised. */
type Pair = readonly [name: string, to: string, most?: number];

/** Sums up rounds in turns: what each took, and how they compare. These targets are published, not gates. */
function compare(report: Report, title: string, rows: Map<string, number[]>, pairs: Pair[]): void {
  for (const [name, values] of rows) report.add({ name: `${title}: ${name}`, unit: "ms", values });
  for (const [name, to, most] of pairs) {
    const others = rows.get(to);
    const ratios = rows.get(name)?.flatMap((ms, at) => (others?.[at] === undefined ? [] : [ms / others[at]]));
    if (!others || !ratios) continue;
    report.add({ name: `${title}: ${name} to ${to}`, unit: "×", values: ratios, most, advisory: true });
  }
}

function note(rows: Map<string, number[]>, name: string, value: number): void {
  rows.set(name, [...(rows.get(name) ?? []), value]);
}

/** From a program that prints 5 MB as fast as it can to whoever reads. */
export async function delivery(report: Report, on: Printing, { reader, ttyd }: Others, rounds: number): Promise<void> {
  await using off = await printingClustr(["--import", NO_SCREENS]);
  const file = await linesFile(join(on.folder, "delivery"), BYTES);
  const rows = new Map<string, number[]>();
  const shares: number[] = [];
  const ours = async (printing: Printing): Promise<number> => {
    const [name = ""] = await printing.agents(1);
    const watched = new Watched(name);
    const viewer = await Viewer.open(printing.clustr, [watched]);
    await watched.until(() => watched.screens > 0);
    const end = watched.offset + BYTES;
    const began = performance.now();
    printing.cat(name, file);
    await watched.until(() => watched.offset >= end);
    const took = performance.now() - began;
    if (printing === on) shares.push((watched.delivered / BYTES) * 100);
    viewer.close();
    return took;
  };
  // The first time everything is slower.
  for (const printing of [on, off]) await ours(printing);
  shares.length = 0;
  for (let round = 0; round < rounds; round++) {
    note(rows, "clustr", await ours(on));
    if (reader) note(rows, "a C reader", await reader.deliver(file, BYTES));
    if (ttyd) note(rows, "ttyd", await ttyd.deliver(file, BYTES));
    note(rows, "clustr without screens", await ours(off));
  }
  compare(report, "5 MB", rows, [
    ["clustr", "a C reader", 2],
    ["clustr", "ttyd", 1],
    ["clustr", "clustr without screens", 1.1],
  ]);
  report.add({ name: "5 MB: delivered as output, the rest as a screen", unit: "%", values: shares });
}

/** From a key to its echo: at rest, and beside others that print and are shown in the same page. */
export async function echoes(
  report: Report,
  printing: Printing,
  { reader, ttyd }: Others,
  rounds: number,
): Promise<void> {
  const [quiet = "", ...others] = await printing.agents(21);
  const lines = await linesFile(join(printing.folder, "lines"), 1_000_000);
  const p50 = new Map<string, number[]>();
  const p99 = new Map<string, number[]>();
  const noteBoth = (name: string, values: number[]): void => {
    note(p50, name, quantile(values, 0.5));
    note(p99, name, quantile(values, 0.99));
  };
  const ours = async (title: string, beside: string[]): Promise<void> => {
    const watched = [quiet, ...beside].map((name) => new Watched(name));
    const viewer = await Viewer.open(printing.clustr, watched);
    await Promise.all(watched.map((one) => one.until(() => one.screens > 0)));
    noteBoth(title, await viewer.echoes(KEYS));
    viewer.close();
  };
  for (let round = 0; round < rounds; round++) {
    await ours("clustr", []);
    if (reader) noteBoth("a C reader", await reader.echoes(KEYS));
    if (ttyd) noteBoth("ttyd", await ttyd.echoes(KEYS));
    for (const [count, bytes, title] of [
      [20, 4_000, BESIDE_MANY],
      [8, 20_000, BESIDE_FLOODS],
    ] as const) {
      const beside = others.slice(0, count);
      await using _ = printing.print(beside, lines, bytes, 20);
      await ours(title, beside);
    }
  }
  compare(report, "key to echo, p50", p50, [
    ["clustr", "ttyd", 4],
    [BESIDE_MANY, "clustr", 1.5],
    [BESIDE_FLOODS, "clustr"],
  ]);
  compare(report, "key to echo, p99", p99, [["clustr", "ttyd", 2]]);
}

/*
 * Measures terminals through the whole built product (program, terminal host, server, socket) beside a C program that
 * reads the same pseudo-terminal, and beside ttyd where it is on PATH: delivery, echo of a key, what following screens and
 * keeping journals costs, many terminals at once, memory, and a server that is killed. The number is how many programs
 * print and exit, 100 unless another is given. From /proc, so on Linux only. Times depend on what else the machine does;
 * what counts are the ratios, each of rounds in turns.
 */
import { join } from "node:path";
import { exits, hostCost } from "./rig/host-runs.ts";
import { linesFile, printingClustr } from "./rig/printing.ts";
import { ptyReader } from "./rig/pty-reader.ts";
import { benchArguments, Report } from "./rig/report.ts";
import { delivery, echoes } from "./rig/terminals-alone.ts";
import { crowd } from "./rig/terminals-crowd.ts";
import { ttyd } from "./rig/ttyd.ts";

const { count: runs, json } = benchArguments(100);
const ROUNDS = 5;
const COST_BYTES = 20_000_000;
const EXIT_BYTES = 300_000;

const report = new Report("Terminals");
await using printing = await printingClustr();
const { folder } = printing;
const others = { reader: ptyReader(folder), ttyd: ttyd() };
if (!others.reader) console.log("Beside a C reader: not measured, there is no C compiler (cc).");
if (!others.ttyd) console.log("Beside ttyd: not measured, it is not on PATH.");

await delivery(report, printing, others, ROUNDS);
await echoes(report, printing, others, ROUNDS);
await crowd(report, printing);

const small = await linesFile(join(folder, "exit"), EXIT_BYTES);
const broken = await exits(small, runs);
report.add({ name: `${runs} programs print and exit: with a byte lost`, unit: "", values: [broken], most: 0 });

const large = await linesFile(join(folder, "cost"), COST_BYTES);
const kept: number[] = [];
const unkept: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  kept.push(await hostCost(large, true));
  unkept.push(await hostCost(large, false));
}
report.add({ name: "host, 20 MB with journal: processor", unit: "ms", values: kept });
report.add({ name: "host, 20 MB without: processor", unit: "ms", values: unkept });
const dearer = kept.map((ms, at) => ms / (unkept[at] ?? Number.NaN));
report.add({ name: "host with journal to without", unit: "×", values: dearer, most: 1.15, advisory: true });
report.end(json);

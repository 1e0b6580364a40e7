/*
 * Measures the SQLite ledger with 100,000 events unless another number is given: appends one by one and by 100 at once,
 * delay of the event loop meanwhile, latency of a live tail, and the time to open (and so check) and to replay it all.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openSqliteLedger } from "../../src/ledger/sqlite/ledger.ts";
import { note, type TestFact } from "../suites/ledger-facts.ts";
import { benchArguments, quantile, Report, timed } from "./rig/report.ts";

const ROUNDS = 3;

const { count: total, json } = benchArguments(100_000);
const report = new Report(`Ledger of ${total} events`);
const folder = mkdtempSync(join(tmpdir(), "clustr-bench-"));
const file = join(folder, "ledger.db");
const text = "x".repeat(400);

/** Runs it several times: its rates, its latencies, and how late the event loop's timers came meanwhile. */
async function measure(title: string, count: number, run: (latencies: number[]) => Promise<void>): Promise<void> {
  const rates: number[] = [];
  const latencies: number[] = [];
  const late: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    rates.push((count / (await timed(() => run(latencies)))) * 1_000);
    loop.disable();
    late.push(Math.max(0, loop.percentile(99) / 1e6 - 1));
  }
  report.add({ name: title, unit: "/s", values: rates });
  if (latencies.length > 0) {
    report.add({ name: `${title}: each`, unit: "ms", values: latencies });
    report.add({ name: `${title}: each, 99th percentile`, unit: "ms", values: [quantile(latencies, 0.99)] });
  }
  report.add({ name: `${title}: event loop late, 99th percentile`, unit: "ms", values: late });
}

try {
  let ledger = await openSqliteLedger<TestFact>(file);
  const append = async (latencies: number[]) => {
    const start = performance.now();
    const { outcome } = await ledger.append(note(text));
    if (outcome !== "written") throw new Error(outcome);
    latencies.push(performance.now() - start);
  };
  const writers = (count: number, each: number) => async (latencies: number[]) => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        for (let i = 0; i < each; i++) await append(latencies);
      }),
    );
  };
  await append([]);
  await measure("appended one by one", 700, writers(1, 700));
  await measure("appended 100 at once", 7_000, writers(100, 70));

  const lags: number[] = [];
  const stop = new AbortController();
  const tails = Array.from({ length: 10 }, async () => {
    for await (const event of ledger.tail(await ledger.last(), stop.signal)) {
      const sent = Number("text" in event.data && event.data.text);
      if (sent) lags.push(performance.now() - sent);
    }
  });
  await measure("appended with 10 live tails", 300, async (latencies) => {
    for (let i = 0; i < 300; i++) {
      const start = performance.now();
      await ledger.append(note(`${start}`));
      latencies.push(performance.now() - start);
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  stop.abort();
  await Promise.all(tails);
  report.add({ name: "from append to live tail", unit: "ms", values: lags });

  const each = Math.max(1, Math.ceil((total - (await ledger.last())) / 1_000));
  await writers(1_000, each)([]);
  const count = await ledger.last();
  await ledger.close();
  const opened = await timed(async () => (ledger = await openSqliteLedger<TestFact>(file)));
  report.add({ name: `opened and checked, ${count} events`, unit: "ms", values: [opened] });
  report.add({ name: "size on disk", unit: "MB", values: [statSync(file).size / 1e6] });
  await measure("replayed", count, async () => {
    for await (const { seq } of ledger.tail(0, new AbortController().signal)) if (seq >= count) break;
  });
  await ledger.close();
  report.end(json);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

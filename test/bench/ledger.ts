/*
 * Measures the SQLite ledger: `node test/bench/ledger.ts [events]`. Appends one by one and by 100 at once, delay of the
 * event loop meanwhile, latency of a live tail, and the time to open (and so check) and to replay what was written.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { openSqliteLedger } from "../../src/ledger/sqlite/ledger.ts";
import { note, type TestFact } from "../suites/ledger-facts.ts";

const total = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(tmpdir(), "clustr-bench-"));
const file = join(folder, "ledger.db");
const text = "x".repeat(400);
const round = (n: number) => n.toFixed(n < 10 ? 2 : 0);
const at = (sorted: number[], part: number) => round(sorted[Math.floor((sorted.length - 1) * part)] ?? 0);
const percentiles = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b);
  return `p50 ${at(sorted, 0.5)} p99 ${at(sorted, 0.99)} max ${at(sorted, 1)} ms`;
};

/** Runs it and prints its rate, its latencies, and how late the event loop's timers came meanwhile. */
async function measure(title: string, count: number, run: (latencies: number[]) => Promise<void>): Promise<void> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  const latencies: number[] = [];
  loop.enable();
  const start = performance.now();
  await run(latencies);
  const ms = performance.now() - start;
  loop.disable();
  const late = (p: number) => round(Math.max(0, loop.percentile(p) / 1e6 - 1));
  console.log(
    `${title}: ${round((count / ms) * 1000)}/s; each ${percentiles(latencies)}; loop late p50 ${late(50)} p99 ${late(99)} max ${late(100)} ms`,
  );
}

try {
  let ledger = await openSqliteLedger<TestFact>(file);
  const append = async (latencies: number[]) => {
    const start = performance.now();
    const { outcome } = await ledger.append(note(text));
    if (outcome !== "written") throw new Error(outcome);
    latencies.push(performance.now() - start);
  };
  await append([]);
  await measure("one by one", 2_000, async (latencies) => {
    for (let i = 0; i < 2_000; i++) await append(latencies);
  });
  const writers = (count: number, each: number) => async (latencies: number[]) => {
    await Promise.all(
      Array.from({ length: count }, async () => {
        for (let i = 0; i < each; i++) await append(latencies);
      }),
    );
  };
  await measure("100 at once", 20_000, writers(100, 200));

  const lags: number[] = [];
  const stop = new AbortController();
  const tails = Array.from({ length: 10 }, async () => {
    for await (const event of ledger.tail(await ledger.last(), stop.signal)) {
      const sent = Number("text" in event.data && event.data.text);
      if (sent) lags.push(performance.now() - sent);
    }
  });
  await measure("live, 10 tails", 1_000, async (latencies) => {
    for (let i = 0; i < 1_000; i++) {
      const start = performance.now();
      await ledger.append(note(`${start}`));
      latencies.push(performance.now() - start);
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  stop.abort();
  await Promise.all(tails);
  console.log(`append to tail: ${lags.length} events, ${percentiles(lags)}`);

  const each = Math.max(1, Math.ceil((total - 23_000) / 1_000));
  await measure("1000 at once", each * 1_000, writers(1_000, each));
  const count = await ledger.last();
  await ledger.close();
  const start = performance.now();
  ledger = await openSqliteLedger<TestFact>(file);
  console.log(
    `opened and checked ${count} events, ${round(statSync(file).size / 1e6)} MB: ${round(performance.now() - start)} ms`,
  );
  await measure("replay", count, async (latencies) => {
    let seen = 0;
    let last = performance.now();
    for await (const { seq } of ledger.tail(0, new AbortController().signal)) {
      latencies.push(performance.now() - last);
      last = performance.now();
      if (++seen === count || seq === count) break;
    }
  });
  await ledger.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

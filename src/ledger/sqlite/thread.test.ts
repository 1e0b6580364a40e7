import type { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { freshFile } from "../../../test/suites/ledger-file.ts";
import { collect, note, written, type TestFact } from "../../../test/suites/ledger-facts.ts";
import { openSqliteLedger } from "./ledger.ts";

/** The threads started while `action` runs. */
async function threadsOf<T>(action: () => Promise<T>): Promise<[T, Worker[]]> {
  const threads: Worker[] = [];
  const keep = (thread: Worker) => void threads.push(thread);
  process.on("worker", keep);
  try {
    return [await action(), threads];
  } finally {
    process.off("worker", keep);
  }
}

describe("the ledger's thread", () => {
  it(
    "may die: what was under way is unknown or written, a repeat settles it, reads and tails go on",
    { timeout: 20_000 },
    async () => {
      const rounds = 6;
      const file = freshFile();
      const [ledger, threads] = await threadsOf(() => openSqliteLedger<TestFact>(file));
      const keep = (thread: Worker) => void threads.push(thread);
      process.on("worker", keep);
      const tail = collect(ledger.tail(0, new AbortController().signal), rounds * 40);
      const outcomes = new Set<string>();
      for (let round = 0; round < rounds; round++) {
        const entries = Array.from({ length: 40 }, () => note("x".repeat(1_000)));
        const first = entries.slice(0, 20).map((entry) => ledger.append(entry));
        await new Promise((resolve) => setTimeout(resolve, round / 4));
        const dead = threads.at(-1)?.terminate();
        const second = entries.slice(20).map((entry) => ledger.append(entry));
        const last = ledger.last();
        for (const { outcome } of await Promise.all([...first, ...second])) outcomes.add(outcome);
        await dead;
        expect(await last).toBeGreaterThanOrEqual(round * 40);
        for (const entry of entries) expect((await ledger.append(entry)).outcome).toMatch(/^(written|repeated)$/);
      }
      process.off("worker", keep);
      expect(threads.length).toBe(rounds + 1);
      expect(outcomes).toContain("unknown");
      expect([...outcomes].filter((outcome) => !["unknown", "written", "unavailable"].includes(outcome))).toEqual([]);
      const events = await ledger.read({ limit: 1_000 });
      expect(new Set(events.map(({ id }) => id)).size).toBe(rounds * 40);
      expect(await tail).toEqual(events);
      await ledger.close();
    },
  );

  it("that cannot open the file again says so, and does once it can", async () => {
    const file = freshFile();
    const [ledger, [thread]] = await threadsOf(() => openSqliteLedger<TestFact>(file));
    written(await ledger.append(note("one")));
    await thread?.terminate();
    const other = await openSqliteLedger<TestFact>(file);
    expect(await ledger.append(note("two"))).toMatchObject({
      outcome: "unavailable",
      cause: { message: expect.stringContaining("Another Clustr server") },
    });
    await expect(ledger.last()).rejects.toMatchObject({ code: "conflict" });
    await other.close();
    written(await ledger.append(note("three")));
    await ledger.close();
  });

  it("is gone after closing, after an abort, and after a refusal", async () => {
    const file = freshFile();
    const abort = new AbortController();
    const [ledger, threads] = await threadsOf(() => openSqliteLedger<TestFact>(file, { signal: abort.signal }));
    const [refusal, refused] = await threadsOf(() => openSqliteLedger(file).catch((error: unknown) => error));
    expect(refusal).toMatchObject({ code: "conflict" });
    expect(refused.map(({ threadId }) => threadId)).toEqual([-1]);
    const appended = ledger.append(note("on its way"));
    abort.abort();
    expect((await appended).outcome).toBe("written");
    await ledger.close();
    expect(threads.map(({ threadId }) => threadId)).toEqual([-1]);
    await expect(openSqliteLedger(file, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    const late = new AbortController();
    const opening = openSqliteLedger(file, { signal: late.signal });
    late.abort();
    await expect(opening).rejects.toThrow(/abort/i);
    const again = await openSqliteLedger(file);
    expect(await again.last()).toBe(1);
    await again.close();
  });
});

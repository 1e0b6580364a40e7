import { expect, it } from "vitest";
import type { Ledger } from "../../src/core/ports/ledger.ts";
import { collect, note, written, type TestFact } from "./ledger-facts.ts";

/** What every ledger promises of its tails. Part of `ledgerSuite`; `fresh` gives an empty ledger. */
export function tailSuite(fresh: () => Promise<Ledger<TestFact>>): void {
  it(
    "tails without gap or repeat while many append, from any position, for several tails at once",
    { timeout: 20_000 },
    async () => {
      const ledger = await fresh();
      const abort = new AbortController();
      for (let i = 0; i < 300; i++) void ledger.append(note(`before ${i}`));
      const tails = [0, 7, 150, 0].map((after) => collect(ledger.tail(after, abort.signal), 900 - after));
      const writers = Array.from({ length: 6 }, async (_, writer) => {
        for (let i = 0; i < 100; i++) await ledger.append(note(`${writer}/${i}`));
      });
      await Promise.all(writers);
      const all = await ledger.read({ limit: 1000 });
      expect(all).toHaveLength(900);
      const [whole, from7, from150, again] = await Promise.all(tails);
      expect(whole).toEqual(all);
      expect(again).toEqual(all);
      expect(from7).toEqual(all.slice(7));
      expect(from150).toEqual(all.slice(150));
      abort.abort();
    },
  );

  it("never skips an event for a tail that is slower than the writers", async () => {
    const ledger = await fresh();
    const seen: number[] = [];
    for (let i = 0; i < 20; i++) void ledger.append(note(`${i}`));
    for await (const { seq } of ledger.tail(0, new AbortController().signal)) {
      seen.push(seq);
      if (seen.length < 400) void ledger.append(note("more"));
      if (seen.length % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      if (seen.length === 419) break;
    }
    expect(seen).toEqual((await ledger.read({ limit: 1000 })).map(({ seq }) => seq));
  });

  it("shows an event to a tail at once", async () => {
    const ledger = await fresh();
    const tail = ledger.tail(0, new AbortController().signal)[Symbol.asyncIterator]();
    for (let i = 0; i < 5; i++) {
      const next = tail.next();
      const event = written(await ledger.append(note(`${i}`)));
      expect(await next).toEqual({ done: false, value: event });
    }
    await tail.return?.();
  });

  it("ends a tail when its signal aborts: while it waits, between events, and before it began", async () => {
    const ledger = await fresh();
    for (let i = 0; i < 5; i++) await ledger.append(note(`${i}`));
    const waiting = new AbortController();
    const seen: number[] = [];
    const done = (async () => {
      for await (const { seq } of ledger.tail(0, waiting.signal)) seen.push(seq);
    })();
    await expect.poll(() => seen.length, { timeout: 5_000 }).toBe(5);
    waiting.abort();
    await done;

    const midway = new AbortController();
    seen.length = 0;
    for await (const { seq } of ledger.tail(0, midway.signal)) if (seen.push(seq) === 2) midway.abort();
    expect(seen).toHaveLength(2);

    for await (const event of ledger.tail(0, AbortSignal.abort())) expect.unreachable(`got ${event.seq}`);
  });
}

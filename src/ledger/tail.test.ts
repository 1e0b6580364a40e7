import { describe, expect, it } from "vitest";
import type { Event } from "../contract/event.ts";
import { follow, Growth } from "./tail.ts";

const event = (seq: number) => ({ seq }) as Event;

describe("a tail", () => {
  it("holds one page for a consumer that takes its time, however far the ledger runs ahead", async () => {
    const growth = new Growth();
    growth.reach(1_000);
    const asked: number[] = [];
    const page = async (after: number) => (
      asked.push(after),
      Array.from({ length: 10 }, (_, i) => event(after + 1 + i))
    );
    const tail = follow(page, growth, 0, new AbortController().signal);
    for (let seq = 1; seq <= 10; seq++) expect((await tail.next()).value).toEqual(event(seq));
    growth.reach(1_000_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(asked).toEqual([0]);
    expect((await tail.next()).value).toEqual(event(11));
    expect(asked).toEqual([0, 10]);
    await tail.return();
  });

  it("ends at once on abort, though the disk does not answer", async () => {
    const growth = new Growth();
    growth.reach(1);
    const abort = new AbortController();
    const next = follow(() => new Promise<Event[]>(() => {}), growth, 0, abort.signal).next();
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it("hands a failed read to its consumer", async () => {
    const growth = new Growth();
    growth.reach(1);
    const next = follow(() => Promise.reject(new Error("disk")), growth, 0, new AbortController().signal).next();
    await expect(next).rejects.toThrow("disk");
  });

  it("leaves nothing behind on a signal that outlives it", async () => {
    const growth = new Growth();
    let listeners = 0;
    const { signal } = new AbortController();
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
    const tail = follow(async (after) => [event(after + 1)], growth, 0, signal);
    for (let seq = 1; seq <= 20; seq++) {
      const next = tail.next();
      growth.reach(seq);
      expect((await next).value).toEqual(event(seq));
    }
    await tail.return();
    expect(listeners).toBe(0);
  });
});

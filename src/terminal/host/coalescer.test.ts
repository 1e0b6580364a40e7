import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { Coalescer } from "./coalescer.ts";

it("lets single keystrokes through at once, even in quick succession", async () => {
  const delays: number[] = [];
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    await new Promise<void>((resolve) => new Coalescer(resolve).add(1));
    delays.push(performance.now() - start);
  }
  const one = new Coalescer(() => waiting?.());
  let waiting: (() => void) | undefined;
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    await new Promise<void>((resolve) => ((waiting = resolve), one.add(1)));
    delays.push(performance.now() - start);
  }
  delays.sort((a, b) => a - b);
  expect(delays[50], "median, ms").toBeLessThan(2);
});

it("gathers a flood into few large pieces", async () => {
  let flushes = 0;
  const coalescer = new Coalescer(() => flushes++);
  for (let i = 0; i < 1_000; i++) {
    coalescer.add(4_095);
    if (i % 50 === 0) await new Promise(setImmediate);
  }
  await sleep(20);
  expect(flushes).toBeGreaterThan(4_095_000 / 262_144 - 1);
  expect(flushes).toBeLessThan(60);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pulse } from "./pulse.ts";

let asked: number;
let dead: number;
let pulse: Pulse;

beforeEach(() => {
  vi.useFakeTimers();
  [asked, dead] = [0, 0];
  pulse = new Pulse(
    () => asked++,
    () => dead++,
  );
});
afterEach(() => {
  pulse.stop();
  vi.useRealTimers();
});

test("a connection on which something is said is never asked", () => {
  for (let second = 0; second < 60; second += 5) {
    vi.advanceTimersByTime(5_000);
    pulse.beat();
  }
  expect([asked, dead]).toEqual([0, 0]);
});

test("a silent one is asked, and lives on when it answers", () => {
  for (let round = 1; round <= 3; round++) {
    vi.advanceTimersByTime(10_000);
    expect(asked).toBe(round);
    pulse.beat();
  }
  expect(dead).toBe(0);
});

test("one that does not answer is dead 15 s after its last sign of life", () => {
  vi.advanceTimersByTime(14_999);
  expect(dead).toBe(0);
  vi.advanceTimersByTime(1);
  expect([asked, dead]).toEqual([1, 1]);
});

test("after the machine slept it is asked before it is given up", () => {
  vi.advanceTimersByTime(10_000);
  vi.setSystemTime(Date.now() + 3_600_000);
  vi.advanceTimersByTime(5_000);
  expect([asked, dead]).toEqual([2, 0]);
  vi.advanceTimersByTime(5_000);
  expect(dead).toBe(1);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Pace, WINDOW_MS } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bytes = (length: number) => new Uint8Array(length);

test("in front everything is drawn as it comes", () => {
  const written: number[] = [];
  const pace = new Pace(({ length }) => written.push(length));
  for (const length of [10, 100_000, 10]) pace.push(bytes(length), () => {});
  expect(written).toEqual([10, 100_000, 10]);
});

test("in the background a small change is drawn at once, a flood a few times a second, and nothing is lost or moved", () => {
  const written: number[] = [];
  const pace = new Pace(({ length }) => written.push(length));
  pace.background = true;
  pace.push(bytes(100), () => {});
  expect(written).toEqual([100]);
  pace.push(bytes(50_000), () => {});
  pace.push(bytes(7), () => {});
  expect(written).toEqual([100]);
  vi.advanceTimersByTime(WINDOW_MS);
  expect(written).toEqual([100, 50_000, 7]);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
  pace.push(bytes(3), () => {});
  expect(written).toEqual([100, 50_000, 7, 3]);
});

test("coming to the front, or to something that is no output, it gives out what waits", () => {
  const written: number[] = [];
  const pace = new Pace(({ length }) => written.push(length));
  pace.background = true;
  pace.push(bytes(9_000), () => {});
  pace.flush();
  pace.push(bytes(8_000), () => {});
  pace.background = false;
  expect(written).toEqual([9_000, 8_000]);
});

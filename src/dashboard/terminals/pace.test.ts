import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Background } from "./background.ts";
import { Pace, SLICE_BYTES, WINDOW_MS } from "./pace.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const bytes = (length: number) => new Uint8Array(length);
const turns = () => new Background((act) => setTimeout(act));

/** A terminal that parses what it is given a moment later, as xterm does, and notes it. */
function terminal() {
  const written: number[] = [];
  const pace = new Pace((given, parsed) => {
    written.push(given.length);
    setTimeout(parsed);
  }, turns());
  return { pace, written };
}

test("in front everything is drawn as it comes", () => {
  const { pace, written } = terminal();
  for (const length of [10, 100_000, 10]) pace.push(bytes(length), () => {});
  expect(written).toEqual([10, 100_000, 10]);
});

test("in the background a small change is drawn at once, a flood a few times a second, and nothing is lost or moved", () => {
  const { pace, written } = terminal();
  const drawn: string[] = [];
  pace.background = true;
  pace.push(bytes(100), () => {});
  expect(written).toEqual([100]);
  pace.push(bytes(SLICE_BYTES + 9), () => drawn.push("flood"));
  pace.push(bytes(7), () => drawn.push("end"));
  expect(written).toEqual([100]);
  vi.advanceTimersByTime(WINDOW_MS + 10);
  expect(written).toEqual([100, SLICE_BYTES, 9, 7]);
  expect(drawn).toEqual(["flood", "end"]);
  vi.advanceTimersByTime(1_000);
  expect(vi.getTimerCount()).toBe(0);
  pace.push(bytes(3), () => {});
  expect(written).toEqual([100, SLICE_BYTES, 9, 7, 3]);
});

test("those in the background take turns, a slice each, and one that closes leaves the turns to the others", () => {
  const shared = turns();
  const order: string[] = [];
  const named = (name: string) => {
    const pace = new Pace((_, parsed) => (order.push(name), setTimeout(parsed)), shared);
    pace.background = true;
    pace.push(bytes(3 * SLICE_BYTES), () => {});
    return pace;
  };
  vi.spyOn(Math, "random").mockReturnValue(0);
  const closes = named("ada");
  named("ben");
  while (order.length < 4) vi.advanceTimersByTime(1);
  expect(order).toEqual(["ada", "ben", "ada", "ben"]);
  closes.stop();
  vi.advanceTimersByTime(WINDOW_MS);
  expect(order.slice(4)).toEqual(["ben"]);
});

test("coming to the front, or to something that is no output, it gives out what waits", () => {
  const { pace, written } = terminal();
  pace.background = true;
  pace.push(bytes(9_000), () => {});
  pace.flush();
  pace.push(bytes(8_000), () => {});
  pace.background = false;
  expect(written).toEqual([9_000, 8_000]);
});

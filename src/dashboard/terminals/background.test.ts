import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Background, ECHO_MS, STILL_MS } from "./background.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Something in the background that always has more to do; `steps` counts what it has done. */
function busy() {
  const turns = new Background((act) => setTimeout(act));
  const seen = { steps: 0 };
  const step = (done: () => void) => {
    seen.steps++;
    turns.ask(step);
    setTimeout(done, 1);
  };
  turns.ask(step);
  vi.advanceTimersByTime(10);
  expect(seen.steps).toBeGreaterThan(1);
  return { turns, seen };
}

test("a key's echo comes first: all else stands still until it is there", () => {
  const { turns, seen } = busy();
  turns.pressed();
  vi.advanceTimersByTime(2);
  const { steps } = seen;
  vi.advanceTimersByTime(ECHO_MS / 2);
  expect(seen.steps).toBe(steps);
  turns.answered();
  vi.advanceTimersByTime(10);
  expect(seen.steps).toBeGreaterThan(steps + 1);
});

test("an echo that does not come is not waited for, and keys without end keep nothing from being done", () => {
  const { turns, seen } = busy();
  turns.pressed();
  vi.advanceTimersByTime(2);
  const { steps } = seen;
  vi.advanceTimersByTime(ECHO_MS + 2);
  expect(seen.steps).toBeGreaterThan(steps);
  const before = seen.steps;
  for (let ms = 0; ms < 2 * STILL_MS + 20; ms += 10) {
    turns.pressed();
    vi.advanceTimersByTime(10);
  }
  expect(seen.steps).toBeGreaterThan(before + 1);
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BACK_MS, createDrivers, type Drivers, type Seat } from "./drivers.ts";

let sizes: string[];
let drivers: Drivers;

beforeEach(() => {
  vi.useFakeTimers();
  sizes = [];
  drivers = createDrivers({ resize: async (_id, cols, rows) => void sizes.push(`${cols}x${rows}`) });
});
afterEach(() => vi.useRealTimers());

/** A viewer, and whether it was last told that it drives. */
function viewer(cols?: number): Seat & { drove: boolean | undefined } {
  return {
    terminal: "t",
    size: cols === undefined ? undefined : { cols, rows: 10 },
    drove: undefined,
    drives(yes) {
      this.drove = yes;
    },
  };
}

test("a page that reloads finds its place: nobody takes it in that moment", async () => {
  const [mine, other, again] = [viewer(100), viewer(50), viewer(100)];
  await drivers.join(mine, false);
  await drivers.join(other, false);
  drivers.leave(mine);
  vi.advanceTimersByTime(BACK_MS - 1);
  await drivers.join(again, false);
  vi.advanceTimersByTime(BACK_MS);
  expect([again.drove, other.drove]).toEqual([true, false]);
  expect(sizes).toEqual(["100x10"]);
});

test("when the driver has gone, the newest window that still looks counts; one without a size never does", async () => {
  const [first, second, watcher] = [viewer(100), viewer(60), viewer()];
  await drivers.join(first, false);
  await drivers.join(second, false);
  await drivers.join(watcher, false);
  drivers.leave(first);
  vi.advanceTimersByTime(BACK_MS);
  expect([second.drove, watcher.drove]).toEqual([true, false]);
  expect(sizes).toEqual(["100x10", "60x10"]);
});

test("after a restart of the server the one that drove gets its place back from one that only came first", async () => {
  const [early, drove, typist] = [viewer(40), viewer(120), viewer(90)];
  await drivers.join(early, false);
  await drivers.join(drove, true);
  expect([early.drove, drove.drove]).toEqual([false, true]);
  await drivers.join(typist, true);
  expect(typist.drove).toBe(false);
  expect(sizes).toEqual(["40x10", "120x10"]);
});

test("the last to leave leaves nothing behind, and the terminal as it is", async () => {
  const only = viewer(100);
  await drivers.join(only, false);
  drivers.leave(only);
  drivers.leave(only);
  expect(vi.getTimerCount()).toBe(0);
  expect(sizes).toEqual(["100x10"]);
});

import { expect, test } from "vitest";
import type { Message } from "../../contract/message.ts";
import { linksOf } from "./links.ts";
import { lineOf, ringOf, widthOf } from "./places.ts";

const sent = (from: string, to: string): Message => ({
  ...{ id: "m", seq: 1, from, to, content: "", size: 0, urgency: "now", hops: 0, deliveries: {} },
  at: "2026-01-01T10:00:00.000Z",
});

test("links count each direction for itself, broadcasts once, and not what the workspace says", () => {
  const all = [
    sent("ada", "bram"),
    sent("ada", "bram"),
    sent("bram", "ada"),
    sent("ada", "all"),
    sent("system", "ada"),
  ];
  expect(linksOf(all).map(({ key, count }) => `${key} ${count}`)).toEqual([
    "ada > bram 2",
    "bram > ada 1",
    "ada > all 1",
  ]);
});

test.each([
  [2, 700, 560],
  [8, 700, 560],
  [21, 700, 560],
  [21, 390, 480],
])("%i are within %i by %i and do not lie on each other", (count, width, height) => {
  const places = ringOf(count, width, height);
  for (const { x, y } of places) {
    expect(x).toBeGreaterThanOrEqual(26);
    expect(x).toBeLessThanOrEqual(width - 26);
    expect(y).toBeGreaterThanOrEqual(26);
    expect(y).toBeLessThanOrEqual(height - 40);
  }
  const gaps = places.map(({ x, y }, at) => {
    const next = places[(at + 1) % count] ?? { x: 0, y: 0 };
    return Math.hypot(next.x - x, next.y - y);
  });
  expect(Math.min(...gaps)).toBeGreaterThan(40);
});

test("the two directions between two are two lines, and more messages make a line wider, within bounds", () => {
  const [a, b] = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
  ] as const;
  expect(lineOf(a, b, { x: 50, y: 50 })).not.toBe(lineOf(b, a, { x: 50, y: 50 }));
  expect([1, 2, 10_000].map(widthOf)).toEqual([1.5, 2.5, 7]);
});

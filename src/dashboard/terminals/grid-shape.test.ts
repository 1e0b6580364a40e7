import { expect, test } from "vitest";
import { moveEdge, partsFor, shapeOf } from "./grid-shape.ts";

test("a grid has as many columns as there is room for, and room for all", () => {
  expect(shapeOf(1, 1400)).toEqual({ columns: 1, rows: 1 });
  expect(shapeOf(4, 1400)).toEqual({ columns: 2, rows: 2 });
  expect(shapeOf(6, 1400)).toEqual({ columns: 3, rows: 2 });
  expect(shapeOf(6, 800)).toEqual({ columns: 2, rows: 3 });
  expect(shapeOf(2, 1400, true)).toEqual({ columns: 1, rows: 2 });
  expect(shapeOf(6, 300)).toEqual({ columns: 1, rows: 6 });
});

test("kept parts are used when they are for this many, else all are equal", () => {
  expect(partsFor([0.3, 0.7], 2)).toEqual([0.3, 0.7]);
  for (const kept of [undefined, [1], [0.5, -0.5], [Number.NaN, 1]]) expect(partsFor(kept, 2)).toEqual([0.5, 0.5]);
});

test("moving an edge changes the two beside it, never the others, and leaves something of both", () => {
  expect(moveEdge([0.25, 0.25, 0.5], 0, 0.125)).toEqual([0.375, 0.125, 0.5]);
  expect(moveEdge([0.5, 0.5], 0, -9)).toEqual([0.12, 0.88]);
  expect(moveEdge([0.5, 0.5], 0, 9)).toEqual([0.88, 0.12]);
});

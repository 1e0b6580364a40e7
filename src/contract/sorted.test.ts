import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptySorted, valueAt, valuesOf, without, withValue, type Sorted } from "./sorted.ts";

/** Keys close to each other, at the edges of nodes, and far beyond what 32 bits hold. */
const key = fc.oneof(fc.nat(70), fc.nat(40_000), fc.constantFrom(31, 32, 1_023, 1_024, 2 ** 31, 2 ** 32, 2 ** 45));
const change = fc.record({ key, value: fc.option(fc.nat()) });

describe("sorted values", () => {
  it("hold what a map holds, in the order of keys", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const map = new Map<number, number>();
        let sorted: Sorted<number> = emptySorted();
        for (const { key: at, value } of changes) {
          if (value === null) map.delete(at);
          else map.set(at, value);
          sorted = value === null ? without(sorted, at) : withValue(sorted, at, value);
          expect(valueAt(sorted, at)).toBe(map.get(at));
        }
        expect(sorted.size).toBe(map.size);
        const inOrder = [...map].toSorted(([a], [b]) => a - b);
        expect([...valuesOf(sorted)]).toEqual(inOrder.map(([, value]) => value));
        for (const [at, value] of inOrder) expect(valueAt(sorted, at)).toBe(value);
      }),
    );
  });

  it("stay as they were when changed ones are made of them, and survive JSON", () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.array(change, { maxLength: 60 }), (first, more) => {
        const apply = (sorted: Sorted<number>, { key: at, value }: { key: number; value: number | null }) =>
          value === null ? without(sorted, at) : withValue(sorted, at, value);
        const before = first.reduce(apply, emptySorted<number>());
        const text = JSON.stringify(before);
        const after = more.reduce(apply, before);
        expect(JSON.stringify(before)).toBe(text);
        expect(more.reduce(apply, JSON.parse(text) as Sorted<number>)).toEqual(after);
      }),
    );
  });
});

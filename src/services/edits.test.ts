import fc from "fast-check";
import { expect, test } from "vitest";
import { replaced } from "./edits.ts";

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

test("replaced lines are named so that everything outside them is the same", () => {
  expect(replaced("a\nb\nc\n", [{ from: 2, to: 4, by: "" }]).regions).toEqual([{ from: 1, to: 2, size: 0 }]);
  expect(replaced("a\nb\nc\n", [{ from: 2, to: 3, by: "x\ny" }]).regions).toEqual([{ from: 1, to: 2, size: 2 }]);
  expect(replaced("a\nb\nc\n", [{ from: 2, to: 4, by: "x\n" }]).regions).toEqual([{ from: 1, to: 2, size: 1 }]);
  expect(replaced("a\nb\n", [{ from: 3, to: 4, by: "" }]).regions).toEqual([{ from: 1, to: 2, size: 1 }]);
  expect(replaced("", [{ from: 0, to: 0, by: "x\n" }])).toEqual({
    text: "x\n",
    regions: [{ from: 0, to: 0, size: 1 }],
  });

  const piece = fc.constantFrom("a", "\n", "\n", "b ", "\r\n");
  const text = fc.array(piece, { maxLength: 14 }).map((all) => all.join(""));
  fc.assert(
    fc.property(text, fc.array(fc.tuple(fc.nat(20), text), { minLength: 1, maxLength: 4 }), (before, wishes) => {
      const cuts = [
        ...wishes.map(([at]) => at % (before.length + 1)),
        ...wishes.map(([at]) => (at * 7) % (before.length + 1)),
      ];
      cuts.sort((one, other) => one - other);
      const all = wishes.map(([, by], at) => ({ from: cuts[2 * at] ?? 0, to: cuts[2 * at + 1] ?? 0, by }));
      const { text: after, regions } = replaced(before, all);
      expect(after).toBe(
        all.reduceRight((result, { from, to, by }) => result.slice(0, from) + by + result.slice(to), before),
      );
      const [was, is] = [linesOf(before), linesOf(after)];
      let shift = 0;
      let at = 0;
      for (const { from, to, size } of [...regions, { from: was.length, to: was.length, size: 0 }]) {
        expect(from).toBeGreaterThanOrEqual(at);
        expect(is.slice(at + shift, from + shift)).toEqual(was.slice(at, from));
        expect(size).toBeGreaterThanOrEqual(0);
        at = to;
        shift += size - (to - from);
      }
      expect(was.length + shift).toBe(is.length);
    }),
    { numRuns: 5_000 },
  );
});

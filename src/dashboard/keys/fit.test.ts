import { expect, test } from "vitest";
import { fit } from "./fit.ts";

test("what begins with it comes before what has it in a word, inside a word, or letter by letter", () => {
  const scores = ["price.ts", "src/price.ts", "underprice", "par-ri-ce", "precinct"].map((text) => fit(text, "price"));
  expect(scores).toEqual([4, 3, 2, 1, 0]);
  expect(fit("Price", "price")).toBe(4);
});

test("one letter, or a long text, is not looked for letter by letter", () => {
  expect(fit("price", "z")).toBe(0);
  expect(fit(`p${"x".repeat(90)}r`, "pr")).toBe(0);
});

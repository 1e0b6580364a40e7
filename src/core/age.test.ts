import { expect, it } from "vitest";
import { ageOf } from "./age.ts";

it("is the time between two moments, also when the clock was set back in between", () => {
  const at = "2026-01-01T00:00:01.000Z";
  expect(ageOf(at, Date.parse(at))).toBe(0);
  expect(ageOf(at, Date.parse(at) + 1_500)).toBe(1_500);
  expect(ageOf(at, Date.parse(at) - 3_600_000)).toBe(3_600_000);
});

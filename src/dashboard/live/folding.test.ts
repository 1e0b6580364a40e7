import { expect, test } from "vitest";
import type { Event } from "../../contract/event.ts";
import { folding } from "./folding.ts";

const eventOf = (seq: number): Event => ({ seq, type: "unknown" }) as unknown as Event;
const never = () => expect.unreachable();

test("events that come before what folds them wait for it, and keep their order", async () => {
  const taken: number[] = [];
  const give = folding(({ seq }) => taken.push(seq), never, new AbortController().signal);
  for (const seq of [1, 2]) give(eventOf(seq));
  expect(taken).toEqual([]);
  await expect.poll(() => taken).toEqual([1, 2]);
  give(eventOf(3));
  expect(taken).toEqual([1, 2, 3]);
});

test("what waits is bounded", () => {
  let full = 0;
  const give = folding(
    () => {},
    () => full++,
    new AbortController().signal,
  );
  for (let seq = 1; seq <= 10_001; seq++) give(eventOf(seq));
  expect(full).toBe(1);
});

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";

it("work under one key happens in order and one after the other, under another key beside it; a failure is told and stops nothing", async () => {
  const failures: string[] = [];
  const turns = createTurns(new AbortController().signal, (key, error) => failures.push(`${key}: ${String(error)}`));
  const done: string[] = [];
  const work = (name: string, ms: number) => async () => {
    done.push(`${name} begins`);
    await sleep(ms);
    done.push(`${name} ends`);
  };
  void turns.take("a", work("a1", 30));
  void turns.take("a", () => Promise.reject(new Error("no")));
  void turns.take("a", work("a2", 1));
  void turns.take("b", work("b", 1));
  await turns.settled();
  expect(done).toEqual(["a1 begins", "b begins", "b ends", "a1 ends", "a2 begins", "a2 ends"]);
  expect(failures).toEqual(["a: Error: no"]);
});

it("work whose turn comes after the end is not begun", async () => {
  const over = new AbortController();
  const turns = createTurns(over.signal, () => undefined);
  const first = Promise.withResolvers<void>();
  let begun = false;
  void turns.take("a", () => first.promise);
  const second = turns.take("a", async () => void (begun = true));
  over.abort();
  first.resolve();
  await second;
  expect(begun).toBe(false);
});

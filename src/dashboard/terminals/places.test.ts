import { expect, test } from "vitest";
import { Places } from "./places.ts";

function filled(limit: number, keys: string): Places {
  const places = new Places(limit);
  for (const key of keys) places.enter(key);
  return places;
}
const seated = (places: Places, keys: string) => [...keys].filter((key) => places.has(key)).join("");

test("first come, first served; who comes later waits until somebody leaves", () => {
  const places = filled(2, "abc");
  expect(seated(places, "abc")).toBe("ab");
  places.leave("a");
  expect(seated(places, "abc")).toBe("bc");
});

test("what is used gets a place, from what was not used for the longest time", () => {
  const places = filled(2, "abc");
  places.use("a");
  places.use("c");
  expect(seated(places, "abc")).toBe("ac");
  expect(places.isFront("c")).toBe(true);
  places.leave("c");
  expect(seated(places, "abc")).toBe("ab");
  expect(places.isFront("a")).toBe(true);
});

test("what nobody sees gives way to what somebody does, and comes back when there is room", () => {
  const places = filled(2, "abc");
  places.see("a", false);
  expect(seated(places, "abc")).toBe("bc");
  places.see("a", true);
  expect(seated(places, "abc")).toBe("bc");
  places.leave("b");
  expect(seated(places, "abc")).toBe("ac");
});

test("whoever enters twice has one place", () => {
  const places = filled(2, "aab");
  places.leave("a");
  expect(seated(places, "ab")).toBe("b");
});

import { expect, test } from "vitest";
import type { View } from "../../contract/view.ts";
import { suggestName, whyNot } from "./names.ts";

const here = (...names: [name: string, live: boolean][]) =>
  Object.fromEntries(names.map(([name, live]) => [name, { name, live, external: false }])) as unknown as View["agents"];

test("a suggested name is one that nobody here has or had", () => {
  expect(suggestName({})).toBe("ada");
  expect(suggestName(here(["Ada", true], ["bram", false]))).toBe("cleo");
});

test("names are suggested for ever", () => {
  const all: [string, boolean][] = [];
  for (let count = 0; count < 60; count++) {
    const name = suggestName(here(...all));
    expect(all.map(([one]) => one)).not.toContain(name);
    expect(whyNot(name, here(...all))).toBeUndefined();
    all.push([name, true]);
  }
});

test.each([
  ["", "Give it a name"],
  ["ada", "called ada already"],
  ["ADA", "mistaken for ada"],
  ["аda", "mistaken for ada"],
  ["human", "reserved"],
  ["<img src=x>", "letters, digits"],
  ["two words", "letters, digits"],
])("%j cannot be taken", (name, why) => {
  expect(whyNot(name, here(["ada", true]))).toContain(why);
});

test("the name of an agent that has ended is free again", () => {
  expect(whyNot("ada", here(["ada", false]))).toBeUndefined();
});

import { expect, test } from "vitest";
import { refusalOf } from "./refusal.ts";

test.each([
  ["mod+t", /tabs/],
  ["mod+shift+w", /tabs/],
  ["mod+3", /tabs/],
  ["mod+l", /address/],
  ["f5", /reload/],
  ["mod+f", /browser/],
  ["mod+c", /copies/],
  ["alt+arrowleft", /browser/],
  ["tab", /within the page/],
  ["escape", /within the page/],
  ["enter", /within the page/],
  [" ", /within the page/],
  ["g mod+t", /tabs/],
  ["dead", /no name/],
])("%s is refused, and why is said", (keys, why) => {
  expect(refusalOf(keys)).toMatch(why);
});

test.each(["b", "?", "g b", "shift+m", "alt+b", "alt+1", "f6", "f8", "mod+k", "mod+shift+.", "\\", "-"])(
  "%s can be chosen",
  (keys) => {
    expect(refusalOf(keys)).toBeUndefined();
  },
);

test("what works in a terminal needs two modifiers", () => {
  expect(refusalOf("mod+k", true)).toMatch(/program/);
  expect(refusalOf("b", true)).toMatch(/program/);
  expect(refusalOf("mod+shift+.", true)).toBeUndefined();
  expect(refusalOf("ctrl+alt+x", true)).toBeUndefined();
});

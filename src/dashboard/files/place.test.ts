import { expect, test } from "vitest";
import { foldersAbove, placeOf } from "./place.ts";

const root = "/home/you/shop";

test.each([
  ["src/a.ts", undefined, { path: "src/a.ts" }],
  ["./a.ts", `${root}/src`, { path: "src/a.ts" }],
  ["../a.ts", `${root}/src`, { path: "a.ts" }],
  [`${root}/src/a.ts`, `${root}/lib`, { path: "src/a.ts" }],
  ["../../etc/passwd", `${root}/src`, { outside: "/home/you/etc/passwd" }],
  ["/home/you/shop-2/a.ts", undefined, { outside: "/home/you/shop-2/a.ts" }],
  [root, undefined, { path: "" }],
  ["", undefined, undefined],
  [undefined, undefined, undefined],
] as const)("%j printed in %j", (path, from, place) => {
  expect(placeOf(path, from, root)).toEqual(place);
});

test("the folders above a file, from the outermost", () => {
  expect(foldersAbove("src/lib/a.ts")).toEqual(["", "src", "src/lib"]);
  expect(foldersAbove("a.ts")).toEqual([""]);
});

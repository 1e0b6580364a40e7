import { expect, it } from "vitest";
import { bestMatches } from "./match.ts";

const PATHS = [
  "src/core/messages.ts",
  "src/core/match.ts",
  "docs/glossary.md",
  "src/git/look.ts",
  "README.md",
  "src/coreMatch/x.ts",
];

it("puts the file whose own name is meant first", () => {
  expect(bestMatches("match", PATHS, 10)[0]).toBe("src/core/match.ts");
  expect(bestMatches("glos", PATHS, 10)[0]).toBe("docs/glossary.md");
  expect(bestMatches("readme", PATHS, 10)).toEqual(["README.md"]);
});

it("finds by the first letters of words and across folders", () => {
  expect(bestMatches("scm", PATHS, 10).slice(0, 2).toSorted()).toEqual(["src/core/match.ts", "src/core/messages.ts"]);
  expect(bestMatches("git look", PATHS, 10)).toEqual(["src/git/look.ts"]);
});

it("leaves out what does not hold the letters in order, and gives at most what was asked for", () => {
  expect(bestMatches("zz", PATHS, 10)).toEqual([]);
  expect(bestMatches("kool", PATHS, 10)).toEqual([]);
  expect(bestMatches("", PATHS, 2)).toEqual(PATHS.slice(0, 2));
  expect(bestMatches("s", PATHS, 3)).toHaveLength(3);
});

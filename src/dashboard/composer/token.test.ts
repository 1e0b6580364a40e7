import { expect, test } from "vitest";
import { replaceToken, tokenAt } from "./token.ts";

test.each([
  ["@", 1, { kind: "agent", typed: "", from: 0, to: 1 }],
  ["ask @ad", 7, { kind: "agent", typed: "ad", from: 4, to: 7 }],
  ["see #src/a.ts and", 13, { kind: "file", typed: "src/a.ts", from: 4, to: 13 }],
  ["line\n@x", 7, { kind: "agent", typed: "x", from: 5, to: 7 }],
])("in %j at %i a name or path is being typed", (text, caret, token) => {
  expect(tokenAt(text, caret)).toEqual(token);
});

test.each([
  ["me@example.org", 14],
  ["issue#4", 7],
  ["@ada done", 9],
  ["", 0],
])("in %j at %i none is", (text, caret) => {
  expect(tokenAt(text, caret)).toBeUndefined();
});

test("what is chosen takes the token's place, with one space behind it and the caret there", () => {
  const token = tokenAt("ask @ad first", 7);
  expect(token && replaceToken("ask @ad first", token, "@ada")).toEqual({ text: "ask @ada first", caret: 9 });
  const last = tokenAt("see #sr", 7);
  expect(last && replaceToken("see #sr", last, "src/a.ts")).toEqual({ text: "see src/a.ts ", caret: 13 });
  const only = tokenAt("@ad", 3);
  expect(only && replaceToken("@ad", only, "")).toEqual({ text: "", caret: 0 });
});

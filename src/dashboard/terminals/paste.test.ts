import { expect, test } from "vitest";
import { asOneLine, cleanPaste, isTooLong, linesEntered, PASTE_LIMIT } from "./paste.ts";

test("no control character gets through but tab and line ends, which are all the same", () => {
  const every = Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join("");
  expect(cleanPaste(every)).toBe(`\t\n\n${every.slice(0x20, 0x7f)}`);
  expect(cleanPaste("a\r\nb\rc\nd")).toBe("a\nb\nc\nd");
  expect(cleanPaste("x\u001b[201~rm -rf /\n")).toBe("x[201~rm -rf /\n");
  expect(cleanPaste("é漢👍\u200d")).toBe("é漢👍\u200d");
});

test.each([
  ["one line", 0],
  ["one line that is entered\n", 1],
  ["two\nlines", 2],
  ["two\nlines\n", 2],
])("%j enters %i lines in a program without bracketed paste, and none in one with it", (text, lines) => {
  expect(linesEntered(text, false)).toBe(lines);
  expect(linesEntered(text, true)).toBe(0);
});

test("as one line nothing is entered", () => {
  expect(asOneLine("  a\n   b \n\n c\n")).toBe("a b c");
});

test("what the server would not take is known before", () => {
  expect(isTooLong("a".repeat(PASTE_LIMIT))).toBe(false);
  expect(isTooLong("a".repeat(PASTE_LIMIT + 1))).toBe(true);
  expect(isTooLong("漢".repeat(PASTE_LIMIT / 2))).toBe(true);
});

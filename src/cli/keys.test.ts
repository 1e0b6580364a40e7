import { describe, expect, test } from "vitest";
import { readKeys } from "./keys.ts";

describe("Ctrl-] leaves, however the terminal reports it", () => {
  test.each([
    ["as a byte", "\u001d"],
    ["by the kitty keyboard protocol", "\u001b[93;5u"],
    ["with Caps Lock on", "\u001b[93;69u"],
    ["with Num Lock on", "\u001b[93;133u"],
    ["with key-press events", "\u001b[93;5:1u"],
    ["with alternate keys", "\u001b[93:125;5u"],
    ["by modifyOtherKeys", "\u001b[27;5;93~"],
  ])("%s", (_how, typed) => {
    expect(readKeys(typed)).toEqual({ send: "", detach: true });
    expect(readKeys(`ls${typed}ignored`)).toEqual({ send: "ls", detach: true });
  });

  test("its release does not: that may belong to the press that brought us here", () => {
    expect(readKeys("\u001b[93;5:3u").detach).toBe(false);
  });
});

describe("what a terminal answers by itself is not typing", () => {
  test.each([
    ["cursor position", "\u001b[12;40R"],
    ["device attributes", "\u001b[?62;22c"],
    ["secondary attributes", "\u001b[>1;10;0c"],
    ["keyboard protocol flags", "\u001b[?1u"],
    ["mode report", "\u001b[?2026;2$y"],
    ["status", "\u001b[0n"],
    ["colour scheme", "\u001b[?997;1n"],
    ["window size", "\u001b[8;24;80t"],
    ["background colour", "\u001b]11;rgb:0000/0000/0000\u0007"],
    ["palette colour", "\u001b]4;1;rgb:cd00/0000/0000\u001b\\"],
    ["terminal version", "\u001bP>|kitty(0.40)\u001b\\"],
    ["setting", "\u001bP1$r0m\u001b\\"],
  ])("%s", (_what, reply) => {
    expect(readKeys(`a${reply}b`)).toEqual({ send: "ab", detach: false });
  });
});

test.each([
  ["text", "hello"],
  ["UTF-8 bytes", Buffer.from("ü→😀").toString("latin1")],
  ["arrows and function keys", "\u001b[A\u001bOP\u001b[15~\u001b[1;5C"],
  ["Ctrl-F3", "\u001b[1;5R"],
  ["escape", "\u001b"],
  ["Ctrl-C and Ctrl-D", "\u0003\u0004"],
  ["keys of the kitty protocol", "\u001b[97;5u\u001b[13;2u"],
  ["mouse and focus", "\u001b[<0;10;20M\u001b[I\u001b[O"],
  ["a paste", "\u001b[200~two\nlines\u001b[201~"],
])("typing passes unchanged: %s", (_what, typed) => {
  expect(readKeys(typed)).toEqual({ send: typed, detach: false });
});

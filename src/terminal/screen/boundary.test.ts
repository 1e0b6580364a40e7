import { expect, test } from "vitest";
import { Boundary } from "./boundary.ts";

/** Numbers that are the same in every run. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % sides;
}

/** What terminals print, whole and broken: text, characters of two to four bytes, sequences of all kinds, and noise. */
const PIECES = [
  "plain text ",
  "ä",
  "世",
  "😀",
  "\x1b[1;31m",
  "\x1b[2J",
  "\x1b]2;a title\x07",
  "\x1b]8;;x\x1b\\",
  "\x1bP$q\x1b\\",
  "\x1b7",
  "\x1b",
  "\r\n",
  "\x18",
]
  .map((text) => Buffer.from(text))
  .concat([Buffer.from([0xe4, 0xb8]), Buffer.from([0xf0, 0xf0]), Buffer.from([0x80]), Buffer.from([0xc3, 0x1b, 0x5b])]);

/** Byte by byte, there is nothing to leave out. */
function places(bytes: Uint8Array): number[] {
  const boundary = new Boundary(0);
  return Array.from(bytes, (_, at) => {
    boundary.read(bytes.subarray(at, at + 1));
    return boundary.clean;
  });
}

test("output is cut behind the last whole character or sequence", () => {
  const cuts = (text: string) => places(Buffer.from(text)).join(" ");
  expect(cuts("aä")).toBe("1 1 3");
  expect(cuts("a\x1b[1mb")).toBe("1 1 1 1 5 6");
  expect(cuts("\x1b]2;t\x07\x1bPq\x1b\\")).toBe("0 0 0 0 0 6 6 6 6 6 11");
});

test("it is found at the same place however much is read at once", () => {
  const roll = dice(7);
  for (let round = 0; round < 400; round++) {
    const bytes = Buffer.concat(Array.from({ length: 60 }, () => PIECES[roll(PIECES.length)] ?? Buffer.alloc(0)));
    const expected = places(bytes);
    const boundary = new Boundary(0);
    for (let at = 0; at < bytes.length;) {
      const next = Math.min(bytes.length, at + 1 + roll(200));
      boundary.read(bytes.subarray(at, next));
      at = next;
      expect([round, at, boundary.clean]).toEqual([round, at, expected[at - 1]]);
    }
  }
});

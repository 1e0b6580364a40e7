import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { COLS, describeAll, fresh, ROWS, write } from "../../../test/suites/screen-subject.ts";
import { Boundary } from "./boundary.ts";
import { drawSnapshot } from "./snapshot.ts";

const RUNS = process.env["CLUSTR_FULL"] === "1" ? 60_000 : 1_000;

/** What a viewer shows who joined at `cut` with a snapshot, and what one shows who was there all the time. */
function joinAt(cut: number, bytes: Uint8Array): { joined: string; whole: string } {
  const whole = fresh();
  const boundary = new Boundary(0);
  write(whole, bytes.subarray(0, cut));
  boundary.read(bytes.subarray(0, cut));
  const joined = fresh();
  write(joined, drawSnapshot(whole.terminal, whole));
  write(joined, bytes.subarray(boundary.clean));
  write(whole, bytes.subarray(cut));
  return { joined: describeAll(joined), whole: describeAll(whole) };
}

/** xterm 6.0.0 throws on a few sequences, such as ED 1 in the last cell of the last line; no snapshot could help there. */
function parses(bytes: Uint8Array): boolean {
  try {
    write(fresh(), bytes);
    return true;
  } catch {
    return false;
  }
}

/** A wrap is about to happen, but the last cell was erased: the one cursor position no sequence can restore. */
function wrapsBehindNothing(bytes: Uint8Array): boolean {
  const subject = fresh();
  write(subject, bytes);
  const { active } = subject.terminal.buffer;
  return (
    active.cursorX === COLS &&
    active
      .getLine(active.baseY + active.cursorY)
      ?.getCell(COLS - 1)
      ?.getChars() === "" &&
    active
      .getLine(active.baseY + active.cursorY)
      ?.getCell(COLS - 1)
      ?.getWidth() === 1
  );
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const pick = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const upTo = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });

const colour = fc.oneof(
  pick("0", "1", "2", "3", "4", "7", "9", "22", "24", "27", "4:3", "53", "8"),
  pick("31", "92", "44", "105", "39", "49"),
  upTo(255).map((n) => `38;5;${n}`),
  upTo(255).map((n) => `48;2;${n};10;20`),
  upTo(255).map((n) => `58;5;${n}`),
);
const token = fc.oneof(
  {
    weight: 10,
    arbitrary: pick(
      "word ",
      "a much longer text than fits a row ",
      "漢字",
      "漢",
      "é",
      "e\u0301",
      "🙂",
      "│─",
      "x",
      "qqq",
      "  ",
    ),
  },
  { weight: 4, arbitrary: pick("\r\n", "\n", "\r", "\b", "\t", "\x0e", "\x0f") },
  { weight: 5, arbitrary: fc.array(colour, { maxLength: 3 }).map((codes) => `\x1b[${codes.join(";")}m`) },
  { weight: 5, arbitrary: fc.tuple(upTo(ROWS + 1), upTo(COLS + 1)).map(([y, x]) => `\x1b[${y};${x}H`) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(upTo(COLS), pick("A", "B", "C", "D", "G", "d", "E", "F", "b"))
      .map(([n, final]) => `\x1b[${n}${final}`),
  },
  { weight: 4, arbitrary: fc.tuple(upTo(2), pick("J", "K")).map(([n, final]) => `\x1b[${n}${final}`) },
  {
    weight: 3,
    arbitrary: fc.tuple(upTo(4), pick("L", "M", "P", "@", "X", "S", "T")).map(([n, final]) => `\x1b[${n}${final}`),
  },
  { weight: 2, arbitrary: fc.tuple(upTo(ROWS), upTo(ROWS)).map(([top, bottom]) => `\x1b[${top};${bottom}r`) },
  { weight: 2, arbitrary: pick("\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1bD", "\x1bM", "\x1bE") },
  // Not 7: without wrapping, xterm leaves halves of wide characters, depending on the pieces in which output arrives.
  {
    weight: 2,
    arbitrary: fc
      .tuple(pick(1, 6, 25, 66, 1000, 1002, 1003, 1004, 1006, 1016, 2004), pick("h", "l"))
      .map(([mode, final]) => `\x1b[?${mode}${final}`),
  },
  {
    weight: 2,
    arbitrary: pick(
      "\x1b[?1049h",
      "\x1b[?1049l",
      "\x1b[?47h",
      "\x1b[?47l",
      "\x1b[?1047h",
      "\x1b[?1047l",
      "\x1b[4h",
      "\x1b[4l",
    ),
  },
  {
    weight: 1,
    arbitrary: pick(
      "\x1b(0",
      "\x1b(B",
      "\x1b)0",
      "\x1b[3J",
      "\x1bc",
      "\x1b[!p",
      "\x1b[5 q",
      "\x1b[2 q",
      "\x1b[0 q",
      "\x1b[>1u",
      "\x1b[<u",
      "\x1b[=5;1u",
    ),
  },
  {
    weight: 1,
    arbitrary: pick(
      "\x1b]2;A title – ü\x07",
      "\x1b]0;another\x1b\\",
      "\x1bP$qm\x1b\\",
      "\x1b[?1;1049q",
      "\x18",
      "\x1b_private\x1b\\",
    ),
  },
);
const session = fc.array(token, { minLength: 1, maxLength: 60 }).map((tokens) => encode(tokens.join("")));

describe("a snapshot", () => {
  test("and the output that follows make the same screen as the whole output, wherever it is taken", () => {
    fc.assert(
      fc.property(session, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, share) => {
        const cut = Math.floor(share * bytes.length);
        fc.pre(parses(bytes) && !wrapsBehindNothing(bytes.subarray(0, cut)));
        const { joined, whole } = joinAt(cut, bytes);
        expect(joined).toBe(whole);
      }),
      { numRuns: RUNS },
    );
  }, 600_000);

  test("is right at every single byte of a session with characters and sequences of every kind", () => {
    const bytes = encode(
      "\x1b]2;build\x07$ ls\r\n\x1b[1;34mdir\x1b[0m 漢字 🙂 é\r\n\x1b[?2004h\x1b[?25l\x1b[2;6r\x1b[3;1Hin \x1b[38;2;250;100;0mregion\x1b[m\n\n\n\n\x1b7\x1b[?1049h\x1b[H\x1b[2J" +
        "\x1b[44mfull\x1b[K\x1b[m\x1b(0lqqk\x1b(B\x1b[?1006h\x1b[?1002h\x1b[>5u\x1b[4 q\x1b]8;id=1;https://example.org\x1b\\link\x1b]8;;\x1b\\\x1b[?1049l\x1b8back\r\n" +
        "a row that is longer than the screen is wide\x1b[2mdim\x1b[22;1mbold\x1b[0m",
    );
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { joined, whole } = joinAt(cut, bytes);
      expect(joined, `cut at ${cut}`).toBe(whole);
    }
  });

  test.each([
    ["application cursor keys", "\x1b[?1h"],
    ["application keypad", "\x1b[?66h"],
    ["bracketed paste", "\x1b[?2004h"],
    ["focus reports", "\x1b[?1004h"],
    ["mouse reports", "\x1b[?1003h\x1b[?1006h"],
    ["mouse reports in pixels", "\x1b[?1002h\x1b[?1016h"],
    ["a hidden cursor", "\x1b[?25l"],
    ["no wrapping", "\x1b[?7l"],
    ["inserting", "\x1b[4h"],
    ["origin in a region", "\x1b[3;6r\x1b[?6h\x1b[2;2H"],
    ["a scroll region", "\x1b[3;6r\x1b[7;3H"],
    ["the cursor's shape", "\x1b[5 q"],
    ["a title", "\x1b]2;title\x07"],
    ["line drawing", "\x1b(0"],
    ["keyboard flags", "\x1b[>5u"],
    ["links", "\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\"],
    ["a wrap about to happen", "x".repeat(COLS)],
    ["a wide character about to wrap", `${"x".repeat(COLS - 2)}漢`],
    ["a coloured screen without text", "\x1b[44m\x1b[2J"],
    ["dim text right before bold", "\x1b[2mdim\x1b[22;1mbold"],
    ["the cursor saved when a full-screen program began", "one\r\n\x1b[31mtwo\x1b[?1049h\x1b[H\x1b[mthree"],
  ])("keeps %s", (_what, sequence) => {
    const subject = fresh();
    const plain = describeAll(subject);
    write(subject, sequence);
    const joined = fresh();
    write(joined, drawSnapshot(subject.terminal, subject));
    expect(describeAll(subject)).not.toBe(plain);
    expect(describeAll(joined)).toBe(describeAll(subject));
  });

  test.each([
    ["repeats", "\x1b[3b"],
    ["a combining mark", "\u0301"],
  ])("is followed by %s as the output itself was", (_what, next) => {
    for (const last of [
      "x",
      "x\x1b[m",
      `\x1b[1m${"x".repeat(COLS)}`,
      `${"x".repeat(COLS)}\x1b[m`,
      "\x1b[4hx",
      "漢",
      `${"x".repeat(COLS - 2)}漢`,
    ]) {
      const bytes = encode(last + next);
      const { joined, whole } = joinAt(encode(last).length, bytes);
      expect(joined, JSON.stringify(last)).toBe(whole);
    }
  });

  test("of an untouched terminal is empty but for line ends", () => {
    const subject = fresh();
    expect(drawSnapshot(subject.terminal, subject)).toBe(`${"\r\n".repeat(ROWS - 1)}\x1b[1;1H`);
  });
});

import { afterEach, describe, expect, test } from "vitest";
import type { TerminalChunk } from "../../core/ports/terminal.ts";
import { DEBT_LIMIT, HeadlessScreen, type HeadlessOptions, REBUILD_BYTES } from "./headless.ts";
import { Turns } from "./turns.ts";

const turns = new Turns();
const open: HeadlessScreen[] = [];
const answers: string[] = [];
const logged: string[] = [];

function screen(more: Partial<HeadlessOptions> = {}): HeadlessScreen {
  const made = new HeadlessScreen({
    cols: 40,
    rows: 6,
    offset: 0,
    answerFrom: 0,
    turns,
    answer: (text) => answers.push(text),
    log: (message) => logged.push(message),
    ...more,
  });
  open.push(made);
  return made;
}

/** Feeds text as one chunk behind everything fed before. */
function print(to: HeadlessScreen, text: string | Uint8Array): void {
  to.feed({
    type: "bytes",
    offset: to.received,
    bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
  });
}

async function shown(of: HeadlessScreen): Promise<string[]> {
  await of.caughtUp(of.received, 1_000);
  return of.read().lines.map((line) => line.text);
}

afterEach(() => {
  for (const each of open.splice(0)) each.dispose();
  answers.length = logged.length = 0;
});

describe("a headless screen", () => {
  test("shows text, dim parts, cursor and title, and says how much it has read", async () => {
    const one = screen();
    print(one, "\x1b]2;a title\x07one \x1b[2mghost\x1b[m text 漢\x1b[2m字\x1b[m!\r\n> \x1b[?25l");
    await shown(one);
    expect(one.read()).toMatchObject({
      lines: [
        {
          text: "one ghost text 漢字!",
          dim: [
            [4, 9],
            [17, 19],
          ],
        },
        { text: "> ", dim: [] },
        ...Array.from({ length: 4 }, () => ({ text: "", dim: [] })),
      ],
      cols: 40,
      rows: 6,
      cursor: { x: 2, y: 1, hidden: true },
      title: "a title",
      offset: one.received,
      exact: true,
    });
  });

  test("never parses while output is being handed to it, and does so soon by itself", async () => {
    const one = screen();
    const start = performance.now();
    for (let at = 0; at < 300; at++) print(one, "x".repeat(10_000));
    expect(performance.now() - start).toBeLessThan(50);
    expect(one.read().offset).toBe(0);
    await expect.poll(() => one.read().offset, { timeout: 5_000, interval: 10 }).toBe(3_000_000);
  });

  test("reads the same however the bytes are cut", async () => {
    const bytes = new TextEncoder().encode("\x1b[31m漢字 🙂\x1b[0m\x1b]2;títle\x1b\\é\r\n\x1b[2;5Hhere\x1bP$qm\x1b\\");
    const [whole, single] = [screen(), screen()];
    print(whole, bytes);
    for (const byte of bytes) {
      print(single, Uint8Array.of(byte));
      await single.caughtUp(single.received, 1_000);
    }
    expect(await shown(single)).toEqual(await shown(whole));
    expect(new TextDecoder().decode(single.snapshot().bytes)).toBe(new TextDecoder().decode(whole.snapshot().bytes));
    expect(single.title).toBe("títle");
  });

  test("a snapshot in the middle of a character or sequence is as of its beginning", async () => {
    const one = screen();
    const bytes = new TextEncoder().encode("ab漢");
    print(one, bytes.subarray(0, 4));
    await shown(one);
    expect([one.read().offset, one.snapshot().offset]).toEqual([4, 2]);
    print(one, bytes.subarray(4));
    print(one, "\x1b]2;unfinished");
    await shown(one);
    expect(one.snapshot().offset).toBe(5);
  });

  test("resizes where the output was resized", async () => {
    const one = screen();
    print(one, `${"x".repeat(40)}\r\n${"y".repeat(25)}\r\n`);
    one.feed({ type: "resized", offset: one.received, cols: 30, rows: 5 });
    print(one, "z".repeat(35));
    one.feed({ type: "resized", offset: one.received, cols: 20, rows: 4 });
    print(one, "\r\x1b[Knew");
    // As a terminal does: lines are wrapped anew, the one with the cursor is cut.
    expect(await shown(one)).toEqual(["y".repeat(20), "yyyyy", "z".repeat(20), "new"]);
    expect(one.snapshot()).toMatchObject({ cols: 20, rows: 4 });
  });

  test("drops what it cannot keep up with, says so, and is exact again after a clear", async () => {
    const one = screen();
    print(one, "\x1b[?2004h\x1b]2;kept\x07");
    await shown(one);
    for (let at = 0; one.received < DEBT_LIMIT + 2_000_000; at++)
      print(one, `line ${at} ${"漢".repeat(20)}\r\n`.repeat(20));
    print(one, "the end");
    await one.caughtUp(one.received, 10_000);
    expect(one.read()).toMatchObject({ exact: false, offset: one.received, title: "kept" });
    expect(one.read().lines.at(-1)?.text).toBe("the end");
    expect(
      one
        .read()
        .lines.map((line) => line.text)
        .join(),
    ).not.toContain("�");
    expect(new TextDecoder().decode(one.snapshot().bytes)).toContain("\x1b[?2004h");
    print(one, "\x1b[2J\x1b[Hclean");
    expect((await shown(one))[0]).toBe("clean");
    expect(one.read().exact).toBe(true);
  });

  test.each([
    ["a full clear", "\x1b[2J"],
    ["clearing from the top left", "\x1b[H\x1b[J"],
    ["a reset", "\x1bc"],
    ["entering the alternate screen", "\x1b[?1049h"],
  ])("after a gap it is doubtful until %s", async (_what, clear) => {
    const one = screen();
    print(one, "before");
    one.feed({ type: "gap", offset: 1_000 });
    print(one, "after\x1b[K\x1b[J");
    expect(await shown(one)).toEqual(["after", "", "", "", "", ""]);
    expect(one.read()).toMatchObject({ exact: false, offset: 1_011 });
    print(one, clear);
    await shown(one);
    expect(one.read().exact).toBe(true);
  });

  test("leaving the alternate screen shows the doubtful one again", async () => {
    const one = screen({ offset: 5_000 });
    print(one, "\x1b[?1049hfull");
    await shown(one);
    expect(one.read().exact).toBe(true);
    print(one, "\x1b[?1049l");
    await shown(one);
    expect(one.read().exact).toBe(false);
  });

  test("answers each query once, and only behind the offset where it began to listen", async () => {
    const old = "\x1b[c\x1b[6n";
    const one = screen({ answerFrom: old.length });
    print(
      one,
      `${old}\x1b[c\x1b[>c\x1b[5n\x1b[2;3H\x1b[6n\x1b[?2004$p\x1b[>0q\x1b]10;?\x07\x1b]11;?\x1b\\\x1b]4;1;?\x07\x1b]10;?;?\x07\x1b[?u`,
    );
    await shown(one);
    expect(answers.join("").replaceAll("\x1b", "^")).toBe(
      "^[?1;2c^[>0;276;0c^[0n^[2;3R^[?2004;2$y^P>|xterm.js(6.0.0)^\\^]10;rgb:e6e6/e6e6/e6e6^\\^]11;rgb:1010/1010/1414^\\^]4;1;rgb:cccc/0000/0000^\\^]10;rgb:e6e6/e6e6/e6e6^\\^]11;rgb:1010/1010/1414^\\",
    );
  });

  test("many screens with much to read leave everybody else a turn after each slice", async () => {
    const many = Array.from({ length: 8 }, () => screen());
    for (const one of many) print(one, "x".repeat(1_000_000));
    const waits: number[] = [];
    let last = performance.now();
    const watch = (): void => {
      waits.push(performance.now() - last);
      last = performance.now();
      if (many.some((one) => !one.idle)) setImmediate(watch);
    };
    setImmediate(watch);
    await Promise.all(many.map((one) => one.caughtUp(one.received, 5_000)));
    // 8 MB in slices of 16 kB, one a turn.
    expect(waits.length).toBeGreaterThanOrEqual(480);
    expect(many.map((one) => one.read().offset)).toEqual(many.map(() => 1_000_000));
  });

  test("a screen that a person waits for comes before the others", async () => {
    const others = Array.from({ length: 8 }, () => screen());
    for (const one of others) print(one, "x".repeat(1_000_000));
    const parsing = others.map((one) => one.caughtUp(one.received, 5_000));
    const one = screen();
    print(one, "y".repeat(500_000));
    await one.caughtUp(one.received, 5_000, true);
    expect(one.idle).toBe(true);
    expect(others.filter((other) => other.read().offset > 100_000)).toEqual([]);
    await Promise.all(parsing);
  });

  test("a flood of queries is not answered without bound", async () => {
    const one = screen();
    print(one, "\x1b[c".repeat(100_000));
    await one.caughtUp(one.received, 5_000);
    expect(answers.join("").length).toBeLessThan(30_000);
  });

  test("output the parser fails on costs the screen its exactness, nothing more", async () => {
    const one = screen();
    // xterm 6.0.0 throws on this: erasing up to the last cell of the last line.
    print(one, "\x1b[6;40Hx\x1b[1J");
    await shown(one);
    expect(logged).toHaveLength(1);
    print(one, "\x1b[Hgoes on");
    expect((await shown(one))[0]).toBe("goes on");
    expect(one.read().exact).toBe(false);
  });

  test("waits no longer than it was told to", async () => {
    const one = screen();
    const start = performance.now();
    await one.caughtUp(10_000, 200);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  test("keeps nothing of what it has read but the lines above the screen", async () => {
    const one = screen({ cols: 120, rows: 40 });
    const chunk: TerminalChunk & { type: "bytes" } = {
      type: "bytes",
      offset: 0,
      bytes: new TextEncoder().encode(`\x1b[31m${"word ".repeat(20)}\x1b[m\r\n`.repeat(600)),
    };
    for (let at = 0; at < 40; at++) {
      one.feed({ ...chunk, offset: one.received });
      await one.caughtUp(one.received, 2_000);
    }
    expect(one.received).toBeGreaterThan(REBUILD_BYTES);
    const { bytes } = one.snapshot();
    expect(new TextDecoder().decode(bytes).split("\r\n")).toHaveLength(1_040);
    expect(bytes.length).toBeLessThan(200_000);
  });
});

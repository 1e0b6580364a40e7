import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { compare, outside, watchCalls } from "./calls.ts";
import { claudeStages, type ClaudeStage } from "./claude-stage.ts";

const stage = claudeStages();
/** The real tool on a busy machine. */
const SLOW = 60_000;

type Wish = { call: string; args: Record<string, unknown> };
const idle = (the: ClaudeStage) => the.run.signal("idle", { timeoutMs: 2 * SLOW });

/** Texts with everything that makes line ends and places hard: few different lines, no last newline, CRLF, marks. */
const line = fc.constantFrom("a", "b", "  a", "b ", "}", "", "é😀", "$& x", "a b");
const ends = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r\n", "mixed");
const file = fc
  .tuple(fc.array(line, { minLength: 1, maxLength: 12 }), ends, fc.boolean(), fc.constantFrom("", "", "", "\ufeff"))
  .map(([lines, end, last, mark]) => {
    const text = lines.map((one, at) => one + (end === "mixed" ? (at % 3 === 0 ? "\r\n" : "\n") : end)).join("");
    return mark + (last ? text : text.trimEnd());
  })
  .filter((text) => text.trim() !== "");
const edit = fc.record({
  file,
  from: fc.nat(),
  size: fc.integer({ min: 1, max: 9 }),
  by: fc.array(fc.oneof(line, fc.constant("\n"), fc.constant("x\ny")), { maxLength: 4 }).map((all) => all.join("")),
  md: fc.boolean(),
  wide: fc.constantFrom(false, false, false, true),
});

describe.concurrent("files are as the calls told", { timeout: 3 * SLOW }, () => {
  test("after random edits, byte for byte, with everything outside the told lines untouched", async () => {
    const seed = Date.now() % 1_000_000;
    const wishes: [read: Wish, edit: Wish][] = [];
    await using the = await stage(
      {
        steps: [
          () => ({ calls: wishes.map(([read]) => read) }),
          () => ({ calls: wishes.map(([, change]) => change) }),
          { text: "Done." },
        ],
      },
      { task: "edit", autonomy: "auto" },
    );
    const watched = watchCalls(the.run);
    for (const [at, one] of fc.sample(edit, { seed, numRuns: 50 }).entries()) {
      const path = join(the.run.agent.cwd, `${at}.${one.md ? "md" : "txt"}`);
      const read = one.file.replace("\ufeff", "").replaceAll("\r\n", "\n");
      const from = one.from % read.length;
      const old = [...read.slice(from, from + one.size)].join("").toWellFormed();
      await writeFile(path, one.wide ? Buffer.from(`\ufeff${one.file.replace("\ufeff", "")}`, "utf16le") : one.file);
      const several = read.split(old).length > 2;
      const args = { file_path: path, old_string: old, new_string: one.by, ...(several ? { replace_all: true } : {}) };
      if (!old.includes("\ufffd") && old !== one.by)
        wishes.push([
          { call: "Read", args: { file_path: path } },
          { call: "Edit", args },
        ]);
    }
    await the.run.start(claude);
    await idle(the);
    expect(watched.open()).toEqual([]);
    for (const checked of watched.checked) {
      const [told, real] = compare(checked);
      expect(told, `seed ${seed}, ${checked.path}`).toBe(real);
    }
    expect(watched.checked.length, `of ${wishes.length} edits, seed ${seed}`).toBeGreaterThanOrEqual(30);
    const placed = watched.checked.filter(({ told }) => typeof told === "object" && told.regions !== undefined);
    expect(placed.length).toBeGreaterThanOrEqual(20);
    for (const checked of placed) expect(outside(checked), `seed ${seed}, ${checked.path}`).toEqual([]);
  });

  test("after a write of a new file and over others: line ends as written, a byte order mark stays", async () => {
    const contents: [name: string, before: Buffer | undefined, content: string][] = [
      ["new", undefined, "one\n"],
      ["deep/down/new", undefined, "no last line end"],
      ["empty", undefined, ""],
      ["windows", Buffer.from("a\r\nb\r\n"), "x\ny\n"],
      ["unix", Buffer.from("a\nb\n"), "x\r\ny\r\n"],
      ["marked", Buffer.from("\ufeffa\n"), "x\n"],
      ["wide", Buffer.from("\ufeffa\n", "utf16le"), "x\n"],
      ["trimmed", undefined, "ends in blanks  \n\t\n"],
      ["kept.md", undefined, "ends in blanks  \n"],
    ];
    await using the = await stage(
      {
        steps: [
          () => ({ calls: contents.flatMap(([name, before]) => (before ? [to("Read", name, {})] : [])) }),
          () => ({ calls: contents.map(([name, , content]) => to("Write", name, { content })) }),
          { text: "Done." },
        ],
      },
      { task: "write", autonomy: "auto" },
    );
    const to = (call: string, name: string, more: object): Wish => ({
      call,
      args: { file_path: join(the.run.agent.cwd, name), ...more },
    });
    const watched = watchCalls(the.run);
    for (const [name, before] of contents) if (before) await writeFile(join(the.run.agent.cwd, name), before);
    await the.run.start(claude);
    await idle(the);
    expect(watched.open()).toEqual([]);
    expect(watched.checked).toHaveLength(contents.length);
    for (const checked of watched.checked) {
      const [told, real] = compare(checked);
      expect(told, checked.path).toBe(real);
    }
  });
});

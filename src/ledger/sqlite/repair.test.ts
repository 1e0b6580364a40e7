import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Event } from "../../contract/event.ts";
import { freshFile } from "../../../test/suites/ledger-file.ts";
import { note, type TestFact } from "../../../test/suites/ledger-facts.ts";
import type { CopyKeeping } from "./keep-copies.ts";
import { openSqliteLedger } from "./ledger.ts";
import { repairLedger } from "./repair-ledger.ts";

/** Every step syncs the disk, and starts a thread: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const PATIENCE = { timeout: 30_000 };

const SOON: CopyKeeping = {
  firstMs: 5,
  everyMs: 5,
  failed: (problem) => {
    throw problem;
  },
};
const COPIES = ["-copy-1", "-copy-2"];
const PARTS = ["", "-wal", "-mark", ...COPIES];

/** Position of the last event in a copy, which is itself not opened: whoever keeps it may be at work on it. */
function lastIn(file: string): number {
  const apart = freshFile();
  for (const part of ["", "-wal"]) if (existsSync(file + part)) copyFileSync(file + part, apart + part);
  if (!existsSync(apart)) return 0;
  try {
    const db = new Database(apart);
    const last = db.prepare("SELECT coalesce(max(seq), 0) FROM events").pluck().get() as number;
    db.close();
    return last;
  } catch {
    return 0; // Caught half way, or garbage.
  }
}

describe("the copies of a ledger", () => {
  it("follow it while it is written, one after the other, and are private", async () => {
    const file = freshFile();
    const ledger = await openSqliteLedger<TestFact>(file, { copies: SOON });
    const appends = Array.from({ length: 400 }, (_, i) => ledger.append(note(`${i} `.repeat(2_000))));
    await Promise.all(appends);
    await expect.poll(() => lastIn(`${file}-copy-1`), PATIENCE).toBe(400);
    // What is written while a copy is on its way may still come with it; sooner or later it is the other one's turn.
    for (let i = 401; !COPIES.every((copy) => existsSync(file + copy)); i++) {
      await ledger.append(note("one more"));
      await expect.poll(() => COPIES.map((copy) => lastIn(file + copy)), PATIENCE).toContain(i);
    }
    await ledger.close();
    for (const copy of COPIES) {
      expect(statSync(file + copy).mode & 0o777).toBe(0o600);
      expect(existsSync(`${file}${copy}-wal`)).toBe(false);
    }
  });

  it("of a new ledger are there as soon as it has something to lose", async () => {
    const file = freshFile();
    const ledger = await openSqliteLedger<TestFact>(file, { copies: { ...SOON, firstMs: 60_000, everyMs: 60_000 } });
    await ledger.append(note("first"));
    await expect.poll(() => lastIn(`${file}-copy-1`), PATIENCE).toBe(1);
    await ledger.append(note("second"));
    await expect.poll(() => COPIES.map((each) => lastIn(file + each)), PATIENCE).toContain(2);
    await ledger.close();
  });

  it("of another ledger, or of a past that is not this one's, are made anew", async () => {
    const file = freshFile();
    const other = freshFile();
    for (const [at, text] of [
      [other, "other"],
      [file, "own"],
    ] as const) {
      const ledger = await openSqliteLedger<TestFact>(at, { copies: SOON });
      for (let i = 0; i < 3; i++) await ledger.append(note(`${text} ${i}`));
      await expect.poll(() => lastIn(`${at}-copy-1`), PATIENCE).toBe(3);
      await ledger.close();
    }
    copyFileSync(`${other}-copy-1`, `${file}-copy-1`);
    writeFileSync(`${file}-copy-2`, "garbage");
    const ledger = await openSqliteLedger<TestFact>(file, { copies: SOON });
    const lasts = () => COPIES.map((copy) => lastIn(file + copy)).toSorted((a, b) => a - b);
    // Each time something is written the one that is behind comes up.
    for (let i = 3; lasts()[0] === 0 && i < 10; i++) {
      await ledger.append(note(`own ${i}`));
      await expect.poll(() => lasts()[1], PATIENCE).toBe(i + 1);
    }
    expect(lasts()[0]).toBeGreaterThan(3);
    await ledger.close();
    for (const copy of COPIES) expect(readFileSync(file + copy, "latin1")).not.toContain("other");
  });
});

describe("a damaged ledger", () => {
  /** 400 events: 300 of them in both copies, all in the file, the last 40 in its write-ahead log. */
  let original: string;
  let events: Event<TestFact>[];

  beforeAll(async () => {
    const file = freshFile();
    original = freshFile();
    for (const [to, copies] of [
      [150, true],
      [300, true],
      [360, false],
    ] as const) {
      const ledger = await openSqliteLedger<TestFact>(file, copies ? { copies: SOON } : {});
      const from = await ledger.last();
      const texts = Array.from({ length: to - from }, (_, i) => `event ${from + i + 1} `.repeat(20 + (i % 9)));
      await Promise.all(texts.map((text) => ledger.append(note(text))));
      if (copies)
        await vi.waitFor(() => expect(COPIES.map((copy) => lastIn(file + copy))).toContain(to), PATIENCE.timeout);
      await ledger.close();
    }
    const ledger = await openSqliteLedger<TestFact>(file);
    for (let i = 360; i < 400; i++) await ledger.append(note(`event ${i + 1} `.repeat(20)));
    for (const part of PARTS) copyFileSync(file + part, original + part);
    events = await ledger.read({ limit: 1_000 });
    await ledger.close();
    expect(events).toHaveLength(400);
  });

  const copy = () => {
    const file = freshFile();
    for (const part of PARTS) copyFileSync(original + part, file + part);
    return file;
  };

  it.each([
    ["was emptied", (file: string) => truncateSync(file, 0), 300, 0],
    ["has become something else", (file: string) => writeFileSync(file, "nothing ".repeat(1_000)), 300, 0],
    ["is gone", (file: string) => rmSync(file), 300, 0],
    ["was cut in half", (file: string) => truncateSync(file, statSync(file).size / 2), 300, 0],
    ["lost its write-ahead log", (file: string) => rmSync(`${file}-wal`), 360, 60],
    [
      "has garbage over the events that its copy has as well",
      (file: string) => {
        const bytes = readFileSync(file);
        const at = bytes.indexOf("event 20 event 20");
        writeFileSync(file, bytes.fill(0x58, at, at + 10));
      },
      400,
      100,
    ],
    [
      "was edited behind its back, after the copy",
      (file: string) => {
        const bytes = readFileSync(file);
        const at = bytes.lastIndexOf("event 350 event 350");
        writeFileSync(file, bytes.fill(0x58, at, at + 10));
      },
      349,
      49,
    ],
    [
      "and one of its copies is damaged as well",
      (file: string) => (truncateSync(file, 0), truncateSync(`${file}-copy-2`, 5_000)),
      0,
      0,
    ],
  ])("that %s is mended: the copy, and what still proves itself", async (_, damage, kept, salvaged) => {
    const file = copy();
    damage(file);
    const before = existsSync(file) ? readFileSync(file) : undefined;
    await expect(openSqliteLedger(file)).rejects.toMatchObject({ code: "unavailable" });
    const repaired = await repairLedger(file);
    const whole = kept || repaired.events; // Which of the copies was the further one is not told by its name.
    expect(repaired).toMatchObject({ events: whole, salvaged, lost: 400 - whole });
    expect([150, 300, 349, 360, 400]).toContain(whole);
    const aside = repaired.aside ?? "";
    expect(statSync(aside).mode & 0o777).toBe(0o700);
    if (before) expect(readFileSync(join(aside, "ledger.db")).equals(before)).toBe(true);
    const ledger = await openSqliteLedger<TestFact>(file);
    expect(await ledger.read({ limit: 1_000 })).toEqual(events.slice(0, whole));
    await ledger.append(note("on it goes"));
    expect(await ledger.last()).toBe(whole + 1);
    await ledger.close();
    expect(await repairLedger(file), "nothing is left to mend").toEqual({ events: 0, salvaged: 0, lost: 0 });
  });

  it("is left alone where something would be lost, if that was not agreed to", async () => {
    const file = copy();
    truncateSync(file, 0);
    const parts = () => readdirSync(dirname(file)).map((name) => `${name} ${statSync(join(dirname(file), name)).size}`);
    rmSync(`${file}-lock`, { force: true });
    const before = parts();
    await expect(repairLedger(file, { lossless: true })).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("would lose at least 100 acknowledged events") as string,
    });
    expect(parts().filter((part) => !part.includes("-lock"))).toEqual(before);
  });

  it("of which nothing can be read, and without copies, is left alone unasked; asked for, an empty one begins", async () => {
    const file = copy();
    truncateSync(file, 0);
    for (const each of COPIES) writeFileSync(file + each, "garbage");
    await expect(repairLedger(file, { lossless: true })).rejects.toMatchObject({
      message: expect.stringContaining("Nothing was changed. Restore its folder from a backup") as string,
    });
    const wal = readFileSync(`${file}-wal`);
    const repaired = await repairLedger(file);
    expect(repaired).toMatchObject({ events: 0, salvaged: 0, lost: 400 });
    const aside = repaired.aside ?? "";
    expect(readFileSync(join(aside, "ledger.db-wal")).equals(wal)).toBe(true);
    expect(readFileSync(join(aside, "ledger.db-copy-2"), "utf8")).toBe("garbage");
    const ledger = await openSqliteLedger<TestFact>(file);
    await ledger.append(note("it begins"));
    expect(await ledger.last()).toBe(1);
    await ledger.close();
  });

  it("that a server has open is not touched", async () => {
    const file = copy();
    const ledger = await openSqliteLedger<TestFact>(file);
    await expect(repairLedger(file)).rejects.toMatchObject({ code: "conflict" });
    expect(await ledger.read({ limit: 1_000 })).toEqual(events);
    await ledger.close();
  });

  it("that was never there is nothing to mend", async () => {
    expect(await repairLedger(freshFile())).toEqual({ events: 0, salvaged: 0, lost: 0 });
  });
});

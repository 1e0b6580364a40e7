import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join, dirname } from "node:path";
import Database from "better-sqlite3";
import { beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../../contract/event.ts";
import { freshFile } from "../../../test/suites/ledger-file.ts";
import { note, type TestFact } from "../../../test/suites/ledger-facts.ts";
import { openSqliteLedger } from "./ledger.ts";

const DAMAGES = Number(process.env["LEDGER_DAMAGES"] ?? 60);
const PARTS = ["", "-wal", "-mark"];

/** Repeatable pseudo-random numbers in [0, n). */
function randomFrom(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

describe("a damaged ledger", () => {
  /** A ledger as a killed server leaves it: events in the file and in its WAL. */
  let original: string;
  let events: Event<TestFact>[];

  beforeAll(async () => {
    const file = freshFile();
    original = freshFile();
    let ledger = await openSqliteLedger<TestFact>(file);
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => ledger.append(note(`${i} `.repeat(i % 60), { subject: `note/${i % 7}` }))),
    );
    await ledger.append(note("long ".repeat(10_000)));
    await ledger.close();
    ledger = await openSqliteLedger<TestFact>(file);
    for (let i = 0; i < 40; i++) await ledger.append(note(`in the WAL ${i}`));
    // Reading the files while SQLite holds them would cost it its locks, which nobody else is after here.
    for (const part of PARTS) copyFileSync(file + part, original + part);
    events = await ledger.read({ limit: 1_000 });
    await ledger.close();
    expect(events).toHaveLength(341);
    expect(statSync(`${original}-wal`).size).toBeGreaterThan(40 * 4096);
  });

  const copy = () => {
    const file = freshFile();
    for (const part of PARTS) copyFileSync(original + part, file + part);
    return file;
  };
  const bytesOf = (file: string) =>
    PARTS.map((part) =>
      existsSync(file + part)
        ? createHash("sha256")
            .update(readFileSync(file + part))
            .digest("hex")
        : "absent",
    );

  /** Opens it: everything is there, or it is refused and untouched. Returns the refusal. */
  async function openedOrRefused(file: string): Promise<string | undefined> {
    const before = bytesOf(file);
    try {
      const ledger = await openSqliteLedger<TestFact>(file);
      expect(await ledger.read({ limit: 1_000 })).toEqual(events);
      for (const { id, seq } of events) expect((await ledger.find(id))?.seq).toBe(seq);
      await ledger.close();
      return undefined;
    } catch (error) {
      expect(error).toMatchObject({ name: "ClustrError", code: "unavailable" });
      expect(bytesOf(file)).toEqual(before);
      return (error as Error).message;
    }
  }

  it("opens what a killed server left", async () => {
    expect(await openedOrRefused(copy())).toBeUndefined();
  });

  it(
    "is opened whole or refused untouched, wherever a bit flips or the file is cut",
    { timeout: 10_000 + DAMAGES * 1_000 },
    async () => {
      const random = randomFrom(20251122);
      const refusals: string[] = [];
      let opened = 0;
      for (let run = 0; run < DAMAGES; run++) {
        const file = copy();
        const target = file + (run % 3 === 2 ? "-wal" : "");
        const bytes = readFileSync(target);
        if (run % 5 === 4) {
          truncateSync(target, random(bytes.length));
        } else {
          const at = run % 10 === 0 ? random(100) : random(bytes.length); // Every tenth hits the header.
          bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
          writeFileSync(target, bytes);
        }
        const refusal = await openedOrRefused(file);
        if (refusal) refusals.push(refusal);
        else opened += 1;
        rmSync(dirname(file), { recursive: true });
      }
      console.log(`${DAMAGES} damages: ${refusals.length} refused, ${opened} harmless`);
      expect(refusals.length).toBeGreaterThan(DAMAGES / 2);
      for (const refusal of refusals) expect(refusal).toMatch(/is damaged: .*Nothing was changed|newer Clustr/);
    },
  );

  it.each([
    ["emptied", (file: string) => truncateSync(file, 0)],
    ["overwritten with something else", (file: string) => writeFileSync(file, "not a database at all ".repeat(1_000))],
    [
      "replaced by another SQLite file",
      (file: string) => {
        for (const part of PARTS) rmSync(file + part);
        new Database(file).exec("CREATE TABLE other(x)").close();
      },
    ],
    ["deleted", (file: string) => rmSync(file)],
    ["deleted without its write-ahead log and mark", (file: string) => (rmSync(file), rmSync(`${file}-mark`))],
    ["parted from its write-ahead log", (file: string) => rmSync(`${file}-wal`)],
    [
      "put back from an older copy",
      (file: string) => {
        rmSync(`${file}-wal`);
        const db = new Database(file);
        db.exec("DELETE FROM events WHERE seq > 100");
        db.close();
      },
    ],
    [
      "robbed of an event in the middle",
      (file: string) => {
        const db = new Database(file);
        db.exec("DELETE FROM events WHERE seq = 100");
        db.close();
      },
    ],
    [
      "edited by hand",
      (file: string) => {
        const db = new Database(file);
        db.exec(`UPDATE events SET data = '{"text":"edited"}' WHERE seq = 100`);
        db.close();
      },
    ],
  ])("is refused when it was %s, with what to do", async (_, damage) => {
    const file = copy();
    damage(file);
    const refusal = await openedOrRefused(file);
    expect(refusal).toMatch(
      /is damaged: .+ Nothing was changed\. `clustr doctor --fix` puts the last good copy in its place/,
    );
    expect(refusal).toContain("or begins an empty ledger where nothing can; the damaged file is kept");
  });

  it("starts empty after a person has moved its files away", async () => {
    const file = copy();
    truncateSync(file, 10_000);
    expect(await openedOrRefused(file)).toBeDefined();
    for (const part of PARTS) renameSync(file + part, join(dirname(file), `away${part}`));
    const ledger = await openSqliteLedger<TestFact>(file);
    expect(await ledger.last()).toBe(0);
    await ledger.close();
  });

  it("does not need an undamaged mark when the rest is whole", async () => {
    for (const spoil of [(mark: string) => writeFileSync(mark, "garbage"), (mark: string) => rmSync(mark)]) {
      const file = copy();
      spoil(`${file}-mark`);
      expect(await openedOrRefused(file)).toBeUndefined();
      truncateSync(file, 8_192);
      expect(await openedOrRefused(file), "the mark was made anew").toBeDefined();
    }
  });

  it("is refused when an index lost an id: its event could be written twice", async () => {
    const file = copy();
    await (await openSqliteLedger<TestFact>(file)).close(); // Everything is in the file now, nothing in the WAL.
    const bytes = readFileSync(file);
    const id = Buffer.from(events[50]?.id ?? "");
    let spoiled = 0;
    for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) {
      // In a row the id is followed by a time, in the index by a position.
      if (bytes.toString("latin1", at + id.length, at + id.length + 2) === "20") continue;
      bytes[at] = "j".charCodeAt(0);
      spoiled += 1;
    }
    expect(spoiled).toBeGreaterThan(0);
    writeFileSync(file, bytes);
    expect(await openedOrRefused(file)).toMatch(/is damaged: .* index/);
  });

  it("found in one event while it is open is an error of that read", async () => {
    const file = copy();
    const ledger = await openSqliteLedger<TestFact>(file);
    const bytes = readFileSync(file);
    // A whole page of it: a shorter piece may be what was left in a page that was split, which nothing reads any more.
    const at = bytes.indexOf("long ".repeat(800));
    expect(at).toBeGreaterThan(0);
    bytes[at] = "L".charCodeAt(0);
    writeFileSync(file, bytes);
    expect(await ledger.read({ limit: 300 })).toEqual(events.slice(0, 300));
    const failed = { code: "unavailable", message: expect.stringMatching(/event 301 does not match its checksum/) };
    await expect(ledger.read({ after: 300, limit: 1 })).rejects.toMatchObject(failed);
    await expect(ledger.find(events[300]?.id ?? "")).rejects.toMatchObject(failed);
    await ledger.close();
  });

  it("found while it is open is an error of the read, and stops all writing", async () => {
    const file = copy();
    const ledger = await openSqliteLedger<TestFact>(file);
    // The middle of the file, behind SQLite's back: pages it has not cached for this reader's query.
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0x58, 8_192, bytes.length - 4_096));
    const failed = { code: "unavailable", message: expect.stringContaining("is damaged") };
    await expect(ledger.read({ limit: 1_000 })).rejects.toMatchObject(failed);
    await expect(ledger.tail(0, new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject(
      failed,
    );
    expect(await ledger.append(note("after"))).toMatchObject({ outcome: "unavailable", cause: failed });
    await ledger.close();
  });

  it("of a newer Clustr is refused, not downgraded", async () => {
    const file = copy();
    const db = new Database(file);
    db.pragma("user_version = 99");
    db.close();
    expect(await openedOrRefused(file)).toMatch(/written by a newer Clustr \(format 99, this one knows 1\)/);
  });
});

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";
import { fillLedger } from "../../ledger/sqlite/fill.ts";
import { openSqliteLedger } from "../../ledger/sqlite/ledger.ts";
import { exportsIn } from "./exports.ts";
import { BLOCK, headerOf, paddingOf } from "./tar.ts";

/** A file of an archive; `header` spoils what stands before its content. */
interface Part {
  name: string;
  content: string | Buffer;
  header?: (block: Buffer) => void;
}

const AT = "2026-01-31T12:00:00.000Z";
const event = (seq: number, more: object = {}) =>
  `${JSON.stringify({ seq, id: `i${seq}`, at: AT, actor: { kind: "human" }, subject: "s", type: "context.written", data: { key: "k", value: "v", revision: 1 }, ...more })}\n`;
const about = (more: object = {}): Part => ({
  name: "clustr.json",
  content: JSON.stringify({
    format: 1,
    clustr: "9",
    at: AT,
    workspace: { id: "w", name: "n", path: "/p" },
    events: 2,
    ...more,
  }),
});
const events = (text = event(1) + event(2), name = "events/00000001.jsonl"): Part => ({ name, content: text });

function sum(block: Buffer): void {
  block.fill(0x20, 148, 156);
  block.write(
    `${block
      .reduce((all, byte) => all + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
}

function tarOf(parts: Part[], { sums = true, end = true } = {}): Buffer {
  const list = parts.map(({ name, content }) => `${createHash("sha256").update(content).digest("hex")}  ${name}\n`);
  const all = sums ? [...parts, { name: "sha256sums", content: list.join("") }] : parts;
  const blocks = all.flatMap(({ name, content, header }: Part) => {
    const bytes = Buffer.from(content);
    const block = headerOf({ name: "x", size: bytes.length }, 0);
    block.fill(0, 0, 100);
    block.write(name, 0, "latin1");
    sum(block);
    header?.(block);
    return [block, bytes, Buffer.alloc(paddingOf(bytes.length))];
  });
  return Buffer.concat([...blocks, ...(end ? [Buffer.alloc(2 * BLOCK)] : [])]);
}

/** Tries to import a file; what came of it, and what is in the folder of workspaces then. */
async function tried(bytes: Buffer): Promise<{ refusal: string; left: string[]; place: string }> {
  const place = realpathSync(mkdtempSync(path.join(tmpdir(), "clustr-hostile-")));
  onTestFinished(() => rmSync(place, { recursive: true }));
  const folder = path.join(place, "home", "workspaces");
  mkdirSync(folder, { recursive: true });
  const file = path.join(place, "backup.tar.gz");
  writeFileSync(file, bytes);
  const { unpack } = exportsIn(folder, {
    version: "9",
    fill: fillLedger,
    open: (at) => openSqliteLedger(at),
    adopt: () => Promise.reject(new Error("no store")),
    adoptTerminal: () => Promise.reject(new Error("no host")),
    agentsHere: async () => new Set(),
    newId: () => "n",
  });
  const refusal = await unpack(file).then(
    async (unpacked) => {
      await unpacked.discard();
      return "";
    },
    (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
  );
  return {
    refusal,
    left: [...readdirSync(folder), ...readdirSync(place).filter((name) => name.startsWith("evil"))],
    place,
  };
}

it("a whole export is taken", async () => {
  expect(await tried(gzipSync(tarOf([about(), events()])))).toMatchObject({ refusal: "", left: [] });
});

const kind =
  (letter: string, target = "/etc/passwd") =>
  (block: Buffer) => {
    block.write(letter, 156);
    block.write(target, 157);
    sum(block);
  };
const whole = [about(), events()];

it.each<[string, Part[] | Buffer]>([
  ["a path that leads out", [...whole, { name: "../../evil", content: "x" }]],
  ["a path that leads out of a folder of ours", [...whole, { name: "uploads/../../../evil.png", content: "x" }]],
  ["an absolute path", [...whole, { name: "/tmp/evil", content: "x" }]],
  ["a path with two dots among its parts", [...whole, { name: "terminals/a/..", content: "x" }]],
  ["a backslash", [...whole, { name: "uploads\\evil", content: "x" }]],
  ["a symbolic link", [...whole, { name: "uploads/evil.png", content: "", header: kind("2") }]],
  ["a hard link", [...whole, { name: "uploads/evil.png", content: "", header: kind("1") }]],
  ["a device", [...whole, { name: "uploads/evil.png", content: "", header: kind("3") }]],
  ["a folder", [...whole, { name: "uploads", content: "", header: kind("5") }]],
  ["a long name in another form", [...whole, { name: "uploads/evil.png", content: "x", header: kind("L") }]],
  ["an extended header", [...whole, { name: "uploads/evil.png", content: "x", header: kind("x") }]],
  ["a token file", [...whole, { name: "runs/a.1/agent.json", content: "{}" }]],
  ["a database", [...whole, { name: "ledger.db", content: "SQLite format 3" }]],
  ["settings for git", [...whole, { name: "snapshots.git/config", content: "[core]\nfsmonitor=evil" }]],
  ["objects elsewhere for git", [...whole, { name: "snapshots.git/objects/info/alternates", content: "/evil" }]],
  ["a hook for git", [...whole, { name: "snapshots.git/hooks/post-checkout", content: "evil" }]],
  ["an index of a pack", [...whole, { name: `snapshots.git/objects/pack/pack-${"a".repeat(40)}.idx`, content: "x" }]],
  ["a file twice", [...whole, events()]],
  ["its checksums first", gzipSync(tarOf([{ name: "sha256sums", content: "" }, ...whole], { sums: false }))],
  ["no checksums", gzipSync(tarOf(whole, { sums: false }))],
  [
    "a checksum too many",
    gzipSync(tarOf([...whole, { name: "sha256sums", content: "0".repeat(64) + "  x\n" }], { sums: false })),
  ],
  [
    "a length that is too small",
    [about(), { ...events(), header: (block) => (block.write("00000000012\0", 124), sum(block)) }],
  ],
  [
    "a length that is huge",
    [about(), { ...events(), header: (block) => (block.write("77777777777\0", 124), sum(block)) }],
  ],
  ["a length that is none", [about(), { ...events(), header: (block) => (block.write("-1\0", 124), sum(block)) }]],
  ["a header that was changed", [about(), { ...events(), header: (block) => void (block[0] = 0x66) }]],
  ["no end", gzipSync(tarOf(whole)).subarray(0, -20)],
  ["its end cut off before it was packed", gzipSync(tarOf(whole, { end: false }).subarray(0, -BLOCK))],
  ["something after its end", gzipSync(Buffer.concat([tarOf(whole), Buffer.from("evil")]))],
  ["endless zeros after its end", gzipSync(Buffer.concat([tarOf(whole), Buffer.alloc(50_000_000)]))],
  ["a bomb of zeros", gzipSync(Buffer.alloc(50_000_000))],
  ["no gzip at all", Buffer.from("evil ".repeat(1_000))],
  ["nothing", Buffer.alloc(0)],
  ["nothing but gzip", gzipSync(Buffer.alloc(0))],
  ["no word of what it is", [events()]],
  ["another format's word", [about({ format: 99 }), events()]],
  ["too long a word of what it is", [about({ more: "x".repeat(70_000) }), events()]],
  ["fewer events than it says", [about({ events: 3 }), events()]],
  ["a huge count of events", [about({ events: 9e15 }), events()]],
  ["a hole among its events", [about(), events(event(1) + event(3))]],
  ["an event twice", [about(), events(event(1) + event(2, { id: "i1" }))]],
  ["events in files out of order", [about(), events(event(1) + event(2), "events/00000002.jsonl")]],
  ["an event that is cut", [about(), events(event(1) + event(2).slice(0, -1))]],
  ["an event by nobody", [about(), events(event(1) + event(2, { actor: { kind: "root" } }))]],
  ["an event without data", [about(), events(event(1) + event(2, { data: null }))]],
  ["an event at no time", [about(), events(event(1) + event(2, { at: "now" }))]],
  ["an event with broken Unicode for an id", [about(), events(event(1) + event(2, { id: "\ud800" }))]],
  ["events that are no JSON", [about(), events("evil\nevil\n")]],
])("%s: refused, and nothing is left", async (_, parts) => {
  const { refusal, left, place } = await tried(Buffer.isBuffer(parts) ? parts : gzipSync(tarOf(parts)));
  expect(refusal).toMatch(/^invalid: .*(Nothing was imported|Nothing was written)/);
  expect(left).toEqual([]);
  expect(existsSync(path.join(place, "evil"))).toBe(false);
});

it("any single byte that is changed is noticed", async () => {
  const bytes = tarOf(whole);
  let state = 20_261_122;
  for (let run = 0; run < 40; run++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const spoiled = Buffer.from(bytes);
    const at = state % (bytes.length - 2 * BLOCK);
    spoiled[at] = (spoiled[at] ?? 0) ^ (1 << (run % 8));
    const { refusal, left } = await tried(gzipSync(spoiled));
    // What fills a block up means nothing.
    if (bytes[at] !== 0) expect([at, refusal]).toEqual([at, expect.stringMatching(/^invalid: /)]);
    expect(left).toEqual([]);
  }
});

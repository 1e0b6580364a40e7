import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Rewinds } from "./rewinds.ts";
import { recorded } from "./transcript.ts";

/** A transcript of Claude Code in which a person went back before their own words, reduced to its structure. */
const REWIND = fileURLToPath(new URL("./recorded/rewind-transcript.jsonl", import.meta.url));
const IDS = ["m-first-x", "m-gone-x", "m-new-x"];

test("exactly what came after the point the person went back to is gone", async () => {
  const { known, gone } = await recorded(REWIND, IDS);
  expect(gone).toEqual(["m-gone-x"]);
  expect([...known].filter(([, rung]) => rung === "said").map(([id]) => id)).toEqual(["m-first-x", "m-new-x"]);
});

test("until the next prompt nothing tells of it; said again later, a message is not gone", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cr-"));
  try {
    const lines = readFileSync(REWIND, "utf8").trim().split("\n");
    const next = lines.findLastIndex((line) => line.includes("m-new-x") && line.includes('"type":"user"'));
    const path = join(folder, "t.jsonl");
    await writeFile(path, lines.slice(0, next).join("\n"));
    expect((await recorded(path, IDS)).gone).toEqual([]);
    const again = lines.map((line) => line.replaceAll("m-new-x", "m-gone-x"));
    await writeFile(path, again.join("\n"));
    expect((await recorded(path, IDS)).gone).toEqual([]);
    expect((await recorded(path, IDS)).known.get("m-gone-x")).toBe("said");
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("prompts in a row, results of tools and work of subagents are no way back", () => {
  const rewinds = new Rewinds();
  const entry = (uuid: string, parentUuid: string, more: object = {}): string =>
    JSON.stringify({ parentUuid, type: "user", message: { role: "user", content: uuid }, uuid, ...more });
  const result = { message: { role: "user", content: [{ type: "tool_result", content: "x" }] } };
  const lines = [
    entry("p1", "start"),
    entry("a1", "p1", { type: "assistant" }),
    entry("r1", "a1", result),
    entry("r2", "a1", result),
    entry("p2", "r1"),
    entry("s1", "p1", { isSidechain: true }),
    entry("p3", "p2"),
  ];
  expect(lines.map((line, at) => rewinds.add(line, at))).toEqual(lines.map(() => undefined));
  // Back before the second prompt, and from there before the first.
  expect(rewinds.add(entry("p4", "r2"), 7)).toBe(4);
  expect(rewinds.add(entry("p5", "p4"), 8)).toBeUndefined();
});

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { until } from "../../../test/suites/terminal-home.ts";
import { collect, numbered, print } from "../../../test/suites/terminal-output.ts";
import { Output } from "./output.ts";

const MB = 1_048_576;
const EXIT = { code: 0, signal: null, at: "2026-01-01T00:00:00.000Z" };
const root = mkdtempSync(join(tmpdir(), "clustr-full-"));
const mounted =
  process.platform === "linux" && spawnSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", root]).status === 0;
afterAll(() => {
  if (mounted) spawnSync("umount", ["-l", root]);
  rmSync(root, { recursive: true, force: true });
});

/** A terminal's output on a disk that has so many bytes left until `makeRoom`. */
async function onFullDisk(free: number) {
  const folder = mkdtempSync(join(root, "journal-"));
  const filler = join(root, "filler");
  writeFileSync(filler, Buffer.alloc(bytesFree() - free));
  const problems: string[] = [];
  const output = await Output.create(folder, 80, 24, (problem) => problems.push(problem));
  return { folder, output, problems, makeRoom: () => rmSync(filler) };
}

function bytesFree(): number {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
}

/** Bytes in the files of a journal: each must hold what its name says. */
function bytesKept(folder: string): number {
  let kept = 0;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".raw"))) {
    const bytes = readFileSync(join(folder, name));
    expect(bytes.equals(numbered(Number.parseInt(name, 10), bytes.length)), name).toBe(true);
    kept += bytes.length;
  }
  return kept;
}

describe.skipIf(!mounted)("output on a full disk (needs a mount of its own)", () => {
  it("is kept to the last byte that fits, and the rest from memory once there is room", async () => {
    const { folder, output, problems, makeRoom } = await onFullDisk(MB);
    await print(output, 1.5 * MB);
    await until("the disk is full", () => problems.length > 0);
    expect(bytesFree()).toBe(0);
    makeRoom();
    await print(output, 0.25 * MB);
    await until("the rest is kept", () => bytesKept(folder) === output.end);
    output.resized(100, 30);
    await print(output, 0.5 * MB);
    await output.finish(EXIT, () => Promise.resolve());
    expect(readdirSync(folder)).toHaveLength(4);
    const later = await Output.reopen(folder, output.end, EXIT);
    expect(await collect(later, 0)).toEqual({ bytes: output.end, gaps: [] });
  });

  it("is marked where memory could not hold it either, and exact before and after, also under a later host", async () => {
    const { folder, output, problems, makeRoom } = await onFullDisk(MB);
    output.resized(100, 30);
    await print(output, 4 * MB);
    output.resized(120, 40);
    await until("the disk is full", () => problems.length > 0);
    const live = collect(output, 0);
    makeRoom();
    await until("output is kept again", () => bytesKept(folder) > 1.5 * MB);
    await print(output, MB);
    await output.finish(EXIT, () => Promise.resolve());

    const { bytes, gaps } = await live;
    const [after = 0] = gaps;
    expect(gaps).toHaveLength(1);
    expect(after).toBe(3 * MB);
    expect(bytes).toBeGreaterThan(2 * MB);
    const later = await Output.reopen(folder, output.end, EXIT);
    expect(await collect(later, 0)).toEqual({ bytes, gaps });
    expect(later.sizeFrom(later.sizeAt(after)), "the size it was printed at").toMatchObject({ cols: 100, rows: 30 });
    expect(later.size).toMatchObject({ offset: 4 * MB, cols: 120, rows: 40 });
  });

  it("is in memory to its end when the program ends before there is room", async () => {
    const { output, problems, makeRoom } = await onFullDisk(MB);
    await print(output, 3 * MB);
    await until("the disk is full", () => problems.length > 0);
    await output.finish(EXIT, () => Promise.resolve());
    const { bytes, gaps } = await collect(output, 0);
    expect(gaps).toEqual([2 * MB]);
    expect(bytes).toBeGreaterThan(1.9 * MB);
    expect(problems, "said once").toHaveLength(1);
    makeRoom();
  });
});

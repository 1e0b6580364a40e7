import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Random } from "../random.ts";
import { World } from "../world.ts";
import { Disk } from "./disk.ts";

/** What stands between a program and its disk; and that the disk after a loss of power holds what was synced, no more. */

const able = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;
let folder: string;
let world: World;
let disk: Disk;

beforeEach(async (context) => {
  if (!able) context.skip();
  folder = await mkdtemp(join(tmpdir(), "clustr-disk-"));
  world = await World.make("", new AbortController().signal);
  await mkdir(world.home);
  disk = await Disk.under(world);
});
afterEach(async () => {
  if (!able) return;
  await world.memory.close();
  await world.forget();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program on the disk; `fs` and `file(name)` are there for it. Gives what it printed. */
async function program(code: string): Promise<string> {
  const path = join(folder, "program.cjs");
  const file = `const file = (name) => require("node:path").join(${JSON.stringify(world.home)}, name);`;
  await writeFile(path, `const fs = require("node:fs"); ${file}\n${code}`);
  const env = { ...process.env, ...disk.env };
  return (await promisify(execFile)(process.execPath, [path], { env })).stdout;
}
const text = (name: string) => readFile(join(world.home, name), "utf8");
const SYNCED = `const synced = (name, text) => { const fd = fs.openSync(file(name), "w"); fs.writeSync(fd, text); fs.fsyncSync(fd); return fd; };`;

test("what was synced is there, and what came after it is not", async () => {
  await program(`${SYNCED} const fd = synced("a", "kept"); fs.writeSync(fd, " lost"); fs.writeSync(fd, "K", 0);`);
  expect(await text("a")).toBe("Kept lost");
  expect(await disk.losePower(new Random(1), 0)).toEqual({ files: 1, unsafe: 2, lost: 2 });
  expect(await text("a")).toBe("kept");
});

test("a file that was emptied and written anew without a sync has its old text again", async () => {
  await program(`${SYNCED} synced("a", "old and long"); fs.writeFileSync(file("a"), "new");`);
  expect(await text("a")).toBe("new");
  await disk.losePower(new Random(1), 0);
  expect(await text("a")).toBe("old and long");
});

test("one that was moved into place without a sync is there, and empty", async () => {
  await program(
    `${SYNCED} synced("a", "old"); fs.writeFileSync(file("b"), "new"); fs.renameSync(file("b"), file("a"));`,
  );
  await disk.losePower(new Random(1), 0);
  expect(await text("a")).toBe("");
});

test("what the threads of a program write is seen as well", async () => {
  await program(`fs.promises.writeFile(file("a"), "lost").then(() => fs.promises.appendFile(file("a"), " too"));`);
  expect(await text("a")).toBe("lost too");
  await disk.losePower(new Random(1), 0);
  expect(await text("a")).toBe("");
});

test("of what was not synced some sectors survive, whole", async () => {
  await program(`fs.writeFileSync(file("a"), "x".repeat(64 * 512));`);
  await disk.losePower(new Random(7), 0.5);
  const sectors = (await text("a")).match(/[^]{1,512}/g) ?? [];
  expect(new Set(sectors)).toEqual(new Set(["x".repeat(512), "\0".repeat(512)]));
});

test("so many writes and syncs fail as were asked for, after those that were to pass", async () => {
  await disk.fail(2, 3);
  const printed = await program(`
    const fd = fs.openSync(file("a"), "w");
    const one = (work) => { try { work(); return "ok"; } catch (error) { return error.code; } };
    console.log(Array.from({ length: 7 }, (_, i) => one(() => i % 2 ? fs.fsyncSync(fd) : fs.writeSync(fd, "x"))).join(" "));`);
  expect(printed.trim()).toBe("ok ok EIO EIO EIO ok ok");
});

test("a loss of power that no program could notice is no proof, and said", async () => {
  await expect(disk.losePower(new Random(1), 0)).rejects.toThrow("No program has written");
});

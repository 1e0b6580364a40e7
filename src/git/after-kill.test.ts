import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
afterEach(() => project.remove());

const inStore = (name: string) => path.join(project.store, name);

/** Two snapshots of which everything is on disk. */
async function twoSnapshots(): Promise<string[]> {
  project = new Project({ a: "1\n", "d/b": "1\n", "d/c": "1\n" });
  project.init().commit();
  const snapshots = await project.snapshots();
  const ids: string[] = [];
  for (const text of ["2\n", "3\n"]) {
    project.write({ a: text, "d/b": text });
    ids.push((await snapshots.take(text)).id);
  }
  await snapshots.detached();
  await snapshots.close();
  return ids;
}

async function expectSound(ids: readonly string[]): Promise<void> {
  const snapshots = await project.snapshots();
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
  project.write({ a: "4\n" });
  const { id } = await snapshots.take("next");
  project.write({ a: "5\n", "d/new": "5\n" });
  await snapshots.restore(await snapshots.plan(id));
  expect(project.shown()).toEqual({ a: "644 4\n", "d/b": "644 3\n", "d/c": "644 1\n" });
}

test("a snapshot of which only the name reached the disk is as if it was never taken", async () => {
  const ids = await twoSnapshots();
  const lost = "1".repeat(40);
  fs.writeFileSync(inStore("refs/snap/at/999999999999999-111111111111"), `${lost}\n`);
  fs.writeFileSync(inStore("refs/snap/at/999999999999998-000000000000"), "");
  fs.writeFileSync(inStore("refs/heads/last"), `${lost}\n`);
  await expectSound(ids);
});

test("an index that a loss of power cut short is made anew", async () => {
  const ids = await twoSnapshots();
  const index = inStore("snap.index");
  fs.truncateSync(index, Math.floor(fs.statSync(index).size / 2));
  await expectSound(ids);
});

test.each(["", "garbage that is no index of git's, however long it is"])(
  "an index of %j is made anew",
  async (text) => {
    const ids = await twoSnapshots();
    fs.writeFileSync(inStore("snap.index"), text);
    await expectSound(ids);
  },
);

test("what was left half written is gone, locks with it", async () => {
  const ids = await twoSnapshots();
  const left = ["snap.index.lock", "objects/pack/tmp_pack_x", "refs/heads/last.lock", "rules-x/.gitignore"];
  for (const name of left) {
    fs.mkdirSync(path.dirname(inStore(name)), { recursive: true });
    fs.writeFileSync(inStore(name), "half");
  }
  await expectSound(ids);
  for (const name of left) expect(fs.existsSync(inStore(name)), name).toBe(false);
});

test("many small packs become few, and nothing is lost", async () => {
  const ids = await twoSnapshots();
  const snapshots = await project.snapshots();
  const packs = () => fs.readdirSync(inStore("objects/pack")).filter((name) => name.endsWith(".pack")).length;
  for (let i = 0; i < 55; i++) {
    project.write({ a: `${i}\n`, "d/b": `${i}\n`, "d/c": `${i}\n` });
    ids.push((await snapshots.take(`${i}`)).id);
  }
  // Beside snapshots, and called off by a close.
  await expect.poll(packs, { timeout: 10_000 }).toBeLessThan(50);
  await snapshots.close();
  const again = await project.snapshots();
  for (const [i, id] of ids.slice(2).entries()) {
    const { blob = "" } = (await again.files(id)).get("d/c") ?? {};
    expect(Buffer.from(await again.blobs.get(blob)).toString()).toBe(`${i}\n`);
  }
  expect(execFileSync("git", ["fsck", "--full", "--no-dangling"], { cwd: project.store, encoding: "utf8" })).toBe("");
});

import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";
import type { SnapshotStore } from "./snapshot-store.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
let firstPack = "";
afterEach(() => project.remove());

const inStore = (name: string) => path.join(project.store, name);
const git = (...args: string[]) =>
  execFileSync("git", args, { cwd: project.store, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });

/** Makes of a pack single objects. */
function loosen(name: string): void {
  const outside = path.join(project.base, path.basename(name));
  fs.renameSync(inStore(name), outside);
  fs.rmSync(inStore(name.replace(".pack", ".idx")));
  execFileSync("git", ["unpack-objects", "-q"], { cwd: project.store, input: fs.readFileSync(outside) });
}

/** Three snapshots of which everything is on disk: the first two in one pack, what the third adds in single objects. */
async function threeSnapshots(): Promise<string[]> {
  project = new Project({ a: "1\n", "d/b": "1\n", "d/c": "same\n" });
  const snapshots = await project.snapshots();
  const ids: string[] = [];
  for (const text of ["2\n", "3\n", "4\n"]) {
    project.write({ a: text, "d/b": `b${text}` });
    ids.push((await snapshots.take(text)).id);
    if (text !== "3\n") continue;
    git("repack", "-adq");
    [firstPack = ""] = packs();
  }
  await snapshots.close();
  for (const name of packs()) if (name !== firstPack) loosen(name);
  return ids;
}

/** Where the content of a file in a snapshot lies when it has a file of its own. */
function objectOf(rev: string): string {
  const hash = git("rev-parse", rev).trim();
  return `objects/${hash.slice(0, 2)}/${hash.slice(2)}`;
}

function remove(name: string): void {
  fs.rmSync(inStore(name), { recursive: true });
}

function garble(name: string, at = 0.5): void {
  const file = inStore(name);
  fs.chmodSync(file, 0o600);
  const bytes = fs.readFileSync(file);
  const middle = Math.floor(bytes.length * at);
  fs.writeFileSync(file, bytes.fill(0x5a, middle, middle + 8));
}

const packs = (ending = ".pack") =>
  fs
    .readdirSync(inStore("objects/pack"))
    .filter((each) => each.endsWith(ending))
    .map((each) => `objects/pack/${each}`);
/** The pack with the first two snapshots, or its index. */
const pack = (ending: string) => firstPack.replace(/\.pack$/, ending);

/** Snapshots go on: the next one holds everything, and can be restored. */
async function expectToGoOn(snapshots: SnapshotStore): Promise<void> {
  const { id } = await snapshots.take("next");
  expect(git("rev-list", "--objects", "--missing=print", id)).not.toContain("?");
  const held = project.shown();
  project.write({ a: "other\n", "d/b": "other\n", "d/c": "other\n", new: "other\n" });
  expect((await snapshots.restore(await snapshots.plan(id))).left).toEqual([]);
  expect(project.shown()).toEqual(held);
}

async function expectSound(snapshots: SnapshotStore): Promise<void> {
  expect((await snapshots.check()).problems).toEqual([]);
  expect(await snapshots.mend()).toBeUndefined();
}

test.each([
  ["the folder of refs", () => remove("refs")],
  ["HEAD", () => remove("HEAD")],
  ["the settings", () => remove("config")],
  ["settings that are garbled", () => fs.writeFileSync(inStore("config"), "[core\n\0\0\0")],
  ["every object", () => remove("objects")],
  ["the word that it is ready", () => fs.writeFileSync(inStore("ready"), "")],
  ["the newest snapshot itself", () => remove(objectOf("last"))],
  ["a folder's tree of the newest", () => remove(objectOf("last:d"))],
  ["a content of the newest", () => remove(objectOf("last:d/b"))],
  ["a tree that is garbled", () => garble(objectOf("last:d"))],
  ["a content that is garbled", () => garble(objectOf("last:d/b"))],
  ["a pack that is garbled", () => garble(pack(".pack"))],
  ["a pack that was cut", () => fs.truncateSync(inStore(pack(".pack")), 100)],
  ["the index of a pack", () => remove(pack(".idx"))],
  ["an index of a pack that is garbled", () => garble(pack(".idx"))],
])("without %s, snapshots go on after a start, and the next one holds everything", async (_what, damage) => {
  await threeSnapshots();
  damage();
  const snapshots = await project.snapshots();
  await snapshots.mend();
  await expectToGoOn(snapshots);
  await expectSound(snapshots);
});

test("without an index, a pack gives all it has; what is whole elsewhere stays as it is", async () => {
  const ids = await threeSnapshots();
  remove(pack(".idx"));
  const snapshots = await project.snapshots();
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
  expect(project.mended).toMatchObject([{ broken: 1, lost: 0, forgotten: [] }]);
  project.write({ a: "x\n" });
  await snapshots.restore(await snapshots.plan(ids[0] ?? ""));
  expect(project.shown()).toMatchObject({ a: "644 2\n", "d/b": "644 b2\n" });
});

test("a store that no longer says what it is keeps every snapshot it has", async () => {
  const ids = await threeSnapshots();
  fs.writeFileSync(inStore("ready"), "");
  const snapshots = await project.snapshots();
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
});

test("contents that are gone are taken from the files that hold them; what is lost is said once, and the rest can be restored", async () => {
  const [, middle = ""] = await threeSnapshots();
  loosen(firstPack);
  const lost = objectOf(`${middle}:d/b`);
  const here = objectOf("last:d/c");
  for (const name of [lost, here]) remove(name);
  const snapshots = await project.snapshots();
  await snapshots.mend();
  expect(project.mended).toMatchObject([{ broken: 0, taken: 1, lost: 1, forgotten: [] }]);
  const plan = await snapshots.plan(middle);
  const { done, left } = await snapshots.restore(plan);
  expect({ done, left }).toEqual({ done: ["a"], left: ["d/b"] });
  expect(project.shown()).toMatchObject({ a: "644 3\n", "d/b": "644 b4\n" });
  await expectSound(snapshots);
});

test("of a file that our index has newer than the newest snapshot, the content in the folder is taken", async () => {
  await threeSnapshots();
  const ahead = await project.snapshots();
  project.write({ a: "ahead\n" });
  await ahead.tree.list();
  await ahead.idle();
  await ahead.close();
  const names = [git("hash-object", project.path("a")).trim(), git("rev-parse", "last:a").trim()];
  for (const name of packs()) if (name !== firstPack) loosen(name);
  for (const name of names) remove(`objects/${name.slice(0, 2)}/${name.slice(2)}`);
  const snapshots = await project.snapshots();
  expect(project.mended).toMatchObject([{ taken: 1, lost: 1 }]);
  expect(String(await snapshots.blobs.get(names[0] ?? ""))).toBe("ahead\n");
});

test("mending that the disk stopped forgets no snapshot, and is done once the disk takes what is whole", async () => {
  const ids = await threeSnapshots();
  const inTheWay = path.dirname(objectOf(`${ids[0] ?? ""}:a`));
  garble(pack(".pack"), 0.97);
  fs.writeFileSync(inStore(inTheWay), "");
  await expect(project.snapshots()).rejects.toMatchObject({ code: "unavailable" });
  remove(inTheWay);
  const snapshots = await project.snapshots();
  expect(project.mended).toMatchObject([{ lost: 0, forgotten: [] }]);
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
});

test("mending frees nothing: only whoever prunes knows what a rollback still needs", async () => {
  await threeSnapshots();
  const snapshots = await project.snapshots();
  const needed = await snapshots.blobs.put(Buffer.from("of an operation, and in no snapshot"));
  const old = new Date(Date.now() - 7_200_000);
  const file = inStore(`objects/${needed.slice(0, 2)}/${needed.slice(2)}`);
  fs.utimesSync(file, old, old);
  await snapshots.mend();
  await snapshots.detached();
  expect(fs.existsSync(file)).toBe(true);
});

test("a store that was not private yet becomes it, though its settings were lost", async () => {
  await threeSnapshots();
  fs.chmodSync(inStore(firstPack), 0o644);
  remove("config");
  await project.snapshots();
  expect(fs.statSync(inStore(firstPack)).mode & 0o077).toBe(0);
});

test("a store of which nobody can tell whether it is one is left alone", async () => {
  await threeSnapshots();
  fs.writeFileSync(inStore("ready"), "");
  fs.renameSync(inStore("refs/snap/at"), inStore("refs/snap/elsewhere"));
  fs.writeFileSync(inStore("refs/snap/at"), "");
  await expect(project.snapshots()).rejects.toThrow();
  expect(fs.existsSync(inStore(firstPack))).toBe(true);
});

test("damage while agents work does not keep the next snapshot from being taken", async () => {
  await threeSnapshots();
  const snapshots = await project.snapshots();
  await snapshots.take("begun");
  for (const name of [objectOf("last:d"), "HEAD"]) remove(name);
  project.write({ a: "5\n", "d/b": "5\n" });
  expect([...(await snapshots.tree.list()).keys()].toSorted()).toEqual(["a", "d/b", "d/c"]);
  remove("HEAD");
  await expectToGoOn(snapshots);
  expect(project.mended).toHaveLength(1);
  await expectSound(snapshots);
});

test("what is broken is kept beside the store, with the names of snapshots that cannot be read any more", async () => {
  const ids = await threeSnapshots();
  garble(objectOf("last"));
  project.write({ a: "5\n" });
  const snapshots = await project.snapshots();
  const [mended] = project.mended;
  expect(mended).toMatchObject({ broken: 1, forgotten: [ids[2]] });
  const aside = path.join(mended?.aside ?? "", "store");
  expect(fs.readFileSync(path.join(aside, "refs.txt"), "utf8")).toContain(ids[2]);
  expect(fs.readdirSync(aside, { recursive: true })).toContain("objects");
  expect((await snapshots.list()).map(({ id }) => id)).toEqual([ids[1], ids[0]]);
});

test("mending that was killed after a broken pack was put aside goes on at the next start", async () => {
  const ids = await threeSnapshots();
  const name = "damaged-2030-01-31T12-00-00-000Z";
  const aside = path.join(project.base, name, "store/objects/pack");
  fs.mkdirSync(aside, { recursive: true });
  for (const each of [pack(".pack"), pack(".idx")]) fs.renameSync(inStore(each), path.join(aside, path.basename(each)));
  fs.writeFileSync(inStore("mending"), name);
  const snapshots = await project.snapshots();
  expect(project.mended).toMatchObject([{ lost: 0, forgotten: [], aside: path.join(project.base, name) }]);
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
  await expectToGoOn(snapshots);
  await expectSound(snapshots);
});

test("contents are kept while git takes folders away that have just become empty", async () => {
  project = new Project({ a: "1\n" });
  const { blobs } = await project.snapshots();
  const over = new AbortController();
  const taken = new Set<string>();
  const removing = (async () => {
    for (; !over.signal.aborted; await new Promise((resolve) => setImmediate(resolve)))
      for (const name of fs.readdirSync(inStore("objects"))) {
        if (!/^..$/.test(name) || taken.has(name)) continue;
        try {
          fs.rmdirSync(inStore(`objects/${name}`));
          taken.add(name);
        } catch {
          // Something is in it.
        }
      }
  })();
  const all = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => blobs.put(Buffer.from(`content ${i}`))));
  over.abort();
  await removing;
  expect(all.filter(({ status }) => status === "rejected")).toEqual([]);
  expect(taken.size).toBeGreaterThan(0);
});

test("a git that cannot be run says nothing about the store: nothing is put aside", async () => {
  const ids = await threeSnapshots();
  const search = process.env["PATH"];
  process.env["PATH"] = project.base;
  try {
    await expect(project.snapshots()).rejects.toMatchObject({ code: "unavailable" });
  } finally {
    process.env["PATH"] = search;
  }
  expect(fs.readdirSync(project.base).filter((name) => name.startsWith("damaged"))).toEqual([]);
  const snapshots = await project.snapshots();
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
});

test("locks and files that a killed process left are told after an hour, and mended", async () => {
  await threeSnapshots();
  const snapshots = await project.snapshots();
  const old = new Date(Date.now() - 7_200_000);
  for (const name of ["refs/heads/last.lock", "objects/pack/tmp_pack_x"]) {
    fs.writeFileSync(inStore(name), "half");
    fs.utimesSync(inStore(name), old, old);
  }
  expect((await snapshots.check()).problems).toEqual(["2 files were left half-written"]);
  await snapshots.mend();
  await expectSound(snapshots);
});

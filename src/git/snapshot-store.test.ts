import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Snapshot } from "../core/ports/snapshots.ts";
import { Project } from "../../test/git/project.ts";
import { slowGit } from "../../test/git/slow-git.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const TAKING = fileURLToPath(new URL("../../test/git/taking.ts", import.meta.url));

let project: Project;
afterEach(() => project.remove());

describe("snapshots", () => {
  test("of a linked working tree and of a folder inside a repository leave the repository alone", async () => {
    project = new Project({ a: "1\n", "inner/b": "2\n" });
    project.init().commit();
    const linked = path.join(project.base, "linked");
    project.git("worktree", "add", "-q", linked);
    const repository = project.repository();
    fs.writeFileSync(path.join(linked, "a"), "linked\n");
    for (const folder of [linked, project.path("inner")]) {
      const snapshots = await project.snapshots(folder);
      const { id } = await snapshots.take("first");
      const name = folder === linked ? "a" : "b";
      const was = fs.readFileSync(path.join(folder, name), "utf8");
      fs.writeFileSync(path.join(folder, name), "changed\n");
      await snapshots.restore(await snapshots.plan(id));
      expect(fs.readFileSync(path.join(folder, name), "utf8")).toBe(was);
    }
    expect(project.repository()).toEqual(repository);
  });

  test("see an edit of the same moment as the person's index", async () => {
    for (let round = 0; round < 5; round++) {
      const same = new Project({ a: "1111\n" });
      same.init();
      same.git("add", "a");
      same.write({ a: "2222\n" });
      const snapshots = await same.snapshots();
      const { id } = await snapshots.take("first");
      same.write({ a: "3333\n" });
      await snapshots.restore(await snapshots.plan(id));
      expect(same.shown()["a"]).toBe("644 2222\n");
      await same.remove();
    }
    project = new Project();
  });

  test("list what they do not hold, and a restore does not touch it", async () => {
    project = new Project({ a: "1\n" });
    project.init().commit();
    fs.ftruncateSync(fs.openSync(project.path("huge"), "w"), 60_000_000);
    const repository = project.repository();
    const snapshots = await project.snapshots();
    const first = await snapshots.take("first");
    expect(first.skipped).toEqual([{ path: "huge", why: "too_large" }]);
    project.write({ huge: "small now\n", a: "2\n" });
    const { done } = await snapshots.restore(await snapshots.plan(first.id));
    expect(done).toEqual(["a"]);
    expect(fs.readFileSync(project.path("huge"), "utf8")).toBe("small now\n");
    expect(project.repository()).toEqual(repository);
  });

  test("hold a tracked file of any size", async () => {
    project = new Project();
    project.init();
    fs.ftruncateSync(fs.openSync(project.path("huge"), "w"), 60_000_000);
    project.commit();
    const repository = project.repository();
    const snapshots = await project.snapshots();
    const { id, skipped } = await snapshots.take("first");
    expect(skipped).toEqual([]);
    fs.rmSync(project.path("huge"));
    await snapshots.restore(await snapshots.plan(id));
    expect(fs.statSync(project.path("huge")).size).toBe(60_000_000);
    expect(project.repository()).toEqual(repository);
  });

  test("name a file that cannot be read and go on without it", async () => {
    project = new Project({ a: "1\n", known: "k\n", secret: "s\n" });
    project.git("init", "-q");
    project.git("add", "known");
    for (const name of ["known", "secret"]) fs.chmodSync(project.path(name), 0);
    const repository = project.repository();
    const args = [TAKING, project.store, project.folder];
    if (process.getuid?.() === 0) {
      // Root may read everything, so somebody else takes it.
      execFileSync("chown", ["-R", "12345:12345", project.base]);
      args.push("12345");
    }
    const printed = execFileSync(process.execPath, args, { encoding: "utf8" });
    const { id, skipped } = JSON.parse(printed.split("\n")[0] ?? "") as Snapshot;
    expect(skipped).toEqual([
      { path: "known", why: "unreadable" },
      { path: "secret", why: "unreadable" },
    ]);
    const files = await (await project.snapshots()).files(id);
    expect([...files.keys()]).toEqual(["a"]);
    expect(project.repository()).toEqual(repository);
  });

  test("survive the end of the person's repository", async () => {
    project = new Project({ a: "1\n", "d/b": "2\n" });
    project.init("-b", "main").commit();
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    await snapshots.detached();
    project.git("checkout", "-q", "--orphan", "empty");
    project.git("rm", "-rfq", ".");
    project.git("reflog", "expire", "--expire=now", "--all");
    project.git("branch", "-D", "main");
    project.git("gc", "-q", "--prune=now");
    fs.rmSync(project.path(".git"), { recursive: true });
    await snapshots.restore(await snapshots.plan(id));
    expect(project.shown()).toEqual({ a: "644 1\n", "d/b": "644 2\n" });
  });

  test("asked for at the same time are one, and later ones see later changes", async () => {
    project = new Project({ a: "1\n" });
    const snapshots = await project.snapshots();
    const [one, two] = await Promise.all([snapshots.take("before x"), snapshots.take("before y")]);
    expect(one).toEqual(two);
    expect(one.label).toBe("before x, before y");
    project.write({ a: "2\n" });
    const three = await snapshots.take("later");
    expect(await snapshots.diff(one.id, three.id)).toMatchObject([{ path: "a" }]);
    expect((await snapshots.list()).map(({ label }) => label)).toEqual(["later", "before x, before y"]);
    expect([...(await snapshots.files(three.id)).keys()]).toEqual(["a"]);
  });

  test("that fail are an error, never an old one", async () => {
    project = new Project({ a: "1\n" });
    const snapshots = await project.snapshots();
    await snapshots.take("first");
    project.write({ a: "2\n" });
    await expect(snapshots.take("called off", AbortSignal.abort())).rejects.toMatchObject({ code: "unavailable" });
    const index = path.join(project.store, "snap.index");
    fs.renameSync(index, `${index}.away`);
    fs.mkdirSync(index);
    await expect(snapshots.take("broken")).rejects.toMatchObject({ code: "unavailable" });
    fs.rmdirSync(index);
    fs.renameSync(`${index}.away`, index);
    expect((await snapshots.list()).map(({ label }) => label)).toEqual(["first"]);
    await expect(snapshots.plan("0".repeat(40))).rejects.toMatchObject({ code: "not_found" });
  });

  test("called off by one are still taken for the others, and called off by all leave nothing in the way", async () => {
    project = new Project({ a: "1\n" });
    const snapshots = await project.snapshots();
    const lock = path.join(project.store, "snap.index.lock");
    const undo = slowGit(project.base, "update-index", `touch '${lock}'; sleep 0.2; rm -f '${lock}'`);
    try {
      const [one, two] = [new AbortController(), new AbortController()];
      const refused = expect(snapshots.take("one", one.signal)).rejects.toMatchObject({ code: "unavailable" });
      const taken = snapshots.take("two", two.signal);
      one.abort();
      await refused;
      expect((await taken).label).toBe("one, two");

      fs.rmSync(path.join(project.store, "snap.index"));
      const again = await project.snapshots();
      const gone = expect(again.take("three", two.signal)).rejects.toMatchObject({ code: "unavailable" });
      while (!fs.existsSync(lock)) await setTimeout(5);
      two.abort();
      await gone;
      const next = await again.take("four");
      expect((await again.list()).map(({ label }) => label)).toEqual(["four", "one, two"]);
      expect([...(await again.files(next.id)).keys()]).toEqual(["a"]);
    } finally {
      undo();
    }
  });

  test("go on while the person commits", async () => {
    project = new Project({ a: "0\n" });
    project.init().commit();
    const snapshots = await project.snapshots();
    for (let i = 1; i <= 10; i++) {
      project.write({ a: `${i}\n` });
      const taken = snapshots.take(`${i}`);
      project.commit(`${i}`);
      await taken;
    }
    expect(project.git("fsck", "--full")).toBe("");
    expect(await snapshots.list()).toHaveLength(10);
  });

  test("that are old or too many go, and what is still needed stays", async () => {
    project = new Project();
    const snapshots = await project.snapshots();
    const kept = await snapshots.blobs.put(Buffer.from("kept\n"));
    for (let i = 0; i < 5; i++) {
      project.write({ a: `${i}\n`.repeat(10) });
      await snapshots.take(`${i}`);
    }
    await snapshots.prune({ newest: 4, age: 0, size: 1e9 }, [kept]);
    expect((await snapshots.list()).map(({ label }) => label)).toEqual(["4", "3", "2", "1"]);
    await snapshots.prune({ newest: 2, age: 1e9, size: 0 }, [kept]);
    const left = await snapshots.list();
    expect(left.map(({ label }) => label)).toEqual(["4", "3"]);
    expect(Buffer.from(await snapshots.blobs.get(kept)).toString()).toBe("kept\n");
    await snapshots.restore(await snapshots.plan(left[1]?.id ?? ""));
    expect(project.shown()["a"]).toBe(`644 ${"3\n".repeat(10)}`);
  });

  test("are forgotten beside new ones, and only what is old and needed by nobody is freed", async () => {
    project = new Project({ a: "first\n", b: "1\n" });
    const snapshots = await project.snapshots();
    const first = await snapshots.take("first");
    const blob = (await snapshots.files(first.id)).get("a")?.blob ?? "";
    project.write({ a: "second\n" });
    await snapshots.take("second");
    const none = { newest: 1, age: 0, size: 0 };
    // Contents that the store never had are no reason to fail.
    const pruning = snapshots.prune(none, [blob, "0".repeat(40)]);
    project.write({ a: "third\n" });
    const third = await snapshots.take("third");
    expect(await pruning).toContain(first.id);
    await snapshots.restore(await snapshots.plan(third.id));
    expect(Buffer.from(await snapshots.blobs.get(blob)).toString()).toBe("first\n");

    const young = await snapshots.blobs.put(Buffer.from("young\n"));
    const old = (folder: string) => {
      for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
        if (entry.isFile()) fs.utimesSync(path.join(entry.parentPath, entry.name), 0, 0);
    };
    const again = async () => (await project.snapshots()).blobs;
    await snapshots.prune(none, [blob]);
    await snapshots.prune(none, []);
    expect(Buffer.from(await (await again()).get(blob)).toString()).toBe("first\n");
    old(path.join(project.store, "objects"));
    // Whoever puts it again may be about to refer to it.
    expect(await snapshots.blobs.put(Buffer.from("young\n"))).toBe(young);
    await snapshots.prune(none, []);
    await expect((await again()).get(blob)).rejects.toMatchObject({ code: "not_found" });
    expect(Buffer.from(await (await again()).get(young)).toString()).toBe("young\n");
    const [latest] = await snapshots.list();
    expect((await snapshots.files(latest?.id ?? "")).size).toBe(2);
    expect(project.gitIn(project.store, "fsck", "--full", "--no-dangling")).toBe("");
  });

  test("are refused for a home or the whole disk", async () => {
    project = new Project();
    const { openSnapshots } = await import("./open-snapshots.ts");
    for (const folder of ["/", process.env["HOME"] ?? "/"])
      await expect(openSnapshots({ store: project.store, folder, umask: 0o022 })).rejects.toMatchObject({
        code: "invalid",
      });
  });
});

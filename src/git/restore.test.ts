import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
afterEach(() => project.remove());

describe("a restore", () => {
  test("keeps permissions, gives new files the umask, and secrets back to their owner alone", async () => {
    project = new Project({ kept: "1\n", gone: "1\n", run: "#!\n", ".env": "SECRET\n" });
    fs.chmodSync(project.path("kept"), 0o640);
    fs.chmodSync(project.path("run"), 0o755);
    fs.chmodSync(project.path(".env"), 0o600);
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    project.write({ kept: "2\n" });
    for (const name of ["gone", "run", ".env"]) fs.rmSync(project.path(name));
    await snapshots.restore(await snapshots.plan(id));
    expect(project.shown()).toEqual({ kept: "640 1\n", gone: "644 1\n", run: "755 #!\n", ".env": "600 SECRET\n" });
  });

  test("writes only what differs, and leaves what somebody changed since the plan", async () => {
    project = new Project({ same: "1\n", a: "1\n", b: "1\n" });
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    const { mtimeMs } = fs.statSync(project.path("same"));
    project.write({ a: "2\n", b: "2\n" });
    const plan = await snapshots.plan(id);
    project.write({ b: "3\n" });
    const { done, left, snapshot } = await snapshots.restore(plan);
    expect([done, left]).toEqual([["a"], ["b"]]);
    expect(fs.statSync(project.path("same")).mtimeMs).toBe(mtimeMs);
    expect((await snapshots.planUndo(snapshot.id)).changes.map(({ path: name }) => name)).toEqual(["a"]);
  });

  test("never follows a link out of the folder", async () => {
    project = new Project({ "d/a": "1\n" });
    const outside = path.join(project.base, "outside");
    fs.mkdirSync(outside);
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    const plan = {
      ...(await snapshots.plan(id)),
      changes: [{ path: "d/a", after: (await snapshots.files(id)).get("d/a") }],
    };
    fs.rmSync(project.path("d"), { recursive: true });
    fs.symlinkSync(outside, project.path("d"));
    expect((await snapshots.restore(plan)).left).toEqual(["d/a"]);
    const hostile = ["../x", "/etc/x", ".git/config", "a/../../x", ".GIT/hooks/x"].map((name) => ({
      path: name,
      after: plan.changes[0]?.after,
    }));
    expect((await snapshots.restore({ ...plan, changes: hostile })).done).toEqual([]);
    expect(fs.readdirSync(outside)).toEqual([]);
  });

  test("turns a file back that became a folder, and a folder that became a file", async () => {
    project = new Project({ a: "file\n", "b/c": "inner\n" });
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    fs.rmSync(project.path("a"));
    fs.rmSync(project.path("b"), { recursive: true });
    project.write({ "a/x": "x\n", b: "b\n" });
    await snapshots.restore(await snapshots.plan(id));
    expect(project.shown()).toEqual({ a: "644 file\n", "b/c": "644 inner\n" });
  });

  test("brings back a file whose name is as long as a name can be", async () => {
    const long = "x".repeat(255);
    project = new Project({ [long]: "1\n" });
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    project.write({ [long]: "2\n" });
    expect((await snapshots.restore(await snapshots.plan(id))).done).toEqual([long]);
    expect(project.shown()).toEqual({ [long]: "644 1\n" });
  });

  test("tells what it wrote when a content is lost, and that can be undone", async () => {
    project = new Project({ a: "1\n", b: "1\n" });
    const snapshots = await project.snapshots();
    const { id } = await snapshots.take("first");
    project.write({ a: "2\n", b: "2\n" });
    const plan = await snapshots.plan(id);
    const lost = { kind: "file" as const, mode: 0o644, blob: "0".repeat(40) };
    const changes = plan.changes.map((one) => (one.path === "b" ? { ...one, after: lost } : one));
    const { done, left, snapshot } = await snapshots.restore({ ...plan, changes });
    expect([done, left]).toEqual([["a"], ["b"]]);
    await snapshots.restore(await snapshots.planUndo(snapshot.id));
    expect(project.shown()).toEqual({ a: "644 2\n", b: "644 2\n" });
    const all = plan.changes.map((one) => ({ ...one, after: lost }));
    await expect(snapshots.restore({ ...plan, changes: all })).rejects.toThrow(/not in the store/);
  });

  test("that a crash cut short is known to the next process, which makes it one that can be undone", async () => {
    project = new Project({ a: "1\n", b: "1\n" });
    const first = await project.snapshots();
    const { id } = await first.take("first");
    project.write({ a: "2\n", b: "2\n" });
    const { swap } = first.tree;
    const never = new Promise<never>(() => {});
    first.tree.swap = (path, ...rest) => (path === "b" ? never : swap(path, ...rest));
    void first.restore(await first.plan(id));
    await expect.poll(() => project.shown()["a"]).toBe("644 1\n");

    const next = await project.snapshots();
    const cut = await next.cutShort();
    expect(cut?.changes.map(({ path: name }) => name)).toEqual(["a", "b"]);
    if (!cut) throw new Error("it is known");
    const { id: made } = await next.settle(cut);
    expect(await next.cutShort()).toBeUndefined();
    expect((await next.restore(await next.planUndo(made))).done).toEqual(["a"]);
    expect(project.shown()).toEqual({ a: "644 2\n", b: "644 2\n" });
  });

  test("says so when the folder is gone, and goes on when it is back", async () => {
    project = new Project({ a: "1\n" });
    const snapshots = await project.snapshots();
    fs.renameSync(project.folder, `${project.folder}.away`);
    await expect(snapshots.take("first")).rejects.toThrow(/the folder is not there any more/);
    fs.renameSync(`${project.folder}.away`, project.folder);
    expect((await snapshots.take("second")).label).toBe("second");
  });
});

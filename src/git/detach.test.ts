import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";
import type { Snapshot } from "../core/ports/snapshots.ts";
import { slowGit } from "../../test/git/slow-git.ts";
import { detach } from "./detach.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

const CHILD = fileURLToPath(new URL("../../test/git/taking.ts", import.meta.url));

let project: Project;
let undo = () => {};
afterEach(async () => {
  undo();
  await project.remove();
});

const borrows = () => fs.existsSync(path.join(project.store, "objects/info/alternates"));

/** Holds the copying up until `hold` is removed. */
function held(): string {
  const hold = path.join(project.base, "hold");
  fs.writeFileSync(hold, "");
  undo = slowGit(project.base, "pack-objects", `while [ -e '${hold}' ]; do sleep 0.02; done`);
  return hold;
}

test("snapshots, lists and contents go on while the store becomes independent", async () => {
  project = new Project({ a: "1\n", "d/b": "2\n" });
  project.init().commit();
  const hold = held();
  const snapshots = await project.snapshots();
  await snapshots.take("first");
  const copying = snapshots.detached();
  for (let i = 0; i < 3; i++) {
    project.write({ a: `${i}\n` });
    const { id } = await snapshots.take(`${i}`);
    expect((await snapshots.files(id)).size).toBe(2);
    expect((await snapshots.tree.list()).size).toBe(2);
    await snapshots.blobs.put(Buffer.from(`${i}`));
  }
  expect(borrows()).toBe(true);
  fs.rmSync(hold);
  await copying;
  expect(borrows()).toBe(false);
});

test("what is taken, seen or gone while it is being copied is copied as well", async () => {
  project = new Project({ a: "seen\n", b: "1\n" });
  project.init().commit();
  const snapshots = await project.snapshots();
  // Listed only: no snapshot ever holds it.
  const seen = (await snapshots.tree.list()).get("a")?.state?.blob ?? "";
  project.write({ a: "2\n" });
  const place = { store: project.store, folder: project.folder };
  const ids: string[] = [];
  // Each time before the last step somebody takes one more snapshot, of a content that only the person's repository has.
  await detach(
    place,
    async (work) => {
      if (ids.length < 3) {
        const text = `known ${ids.length}\n`;
        project.write({ [`c${ids.length}`]: text });
        project.commit();
        // A store that was opened anew knows nothing of its index, so that git decides what it needs to write.
        ids.push((await (await project.snapshots()).take(text)).id);
      }
      return work();
    },
    new AbortController().signal,
  );
  expect(ids).toHaveLength(3);
  expect(borrows()).toBe(false);
  fs.rmSync(project.path(".git"), { recursive: true });
  const later = await project.snapshots();
  expect(Buffer.from(await later.blobs.get(seen)).toString()).toBe("seen\n");
  for (const [i, id] of ids.entries()) {
    const { blob = "" } = (await later.files(id)).get(`c${i}`) ?? {};
    expect(Buffer.from(await later.blobs.get(blob)).toString()).toBe(`known ${i}\n`);
  }
});

test("closing calls it off at once, and the next one finishes it", async () => {
  project = new Project({ a: "1\n", "d/b": "2\n" });
  project.init().commit();
  const hold = held();
  const first = await project.snapshots();
  await first.take("first");
  const copying = expect(first.detached()).rejects.toMatchObject({ code: "unavailable" });
  await first.close();
  await copying;
  expect(borrows()).toBe(true);
  fs.rmSync(hold);
  await (await project.snapshots()).detached();
  expect(borrows()).toBe(false);
});

test("a server killed at any moment leaves a store that works, and in the end needs nobody", async () => {
  project = new Project({ a: "1\n", "d/b": "2\n" });
  project.init().commit();
  undo = slowGit(project.base, "pack-objects", 'sleep 0.05; git "$@"; code=$?; sleep 0.05; exit $code');
  const ids: string[] = [];
  for (const wait of [0, 30, 60, 100, 160]) {
    project.write({ a: `${wait}\n` });
    const child = spawn(process.execPath, [CHILD, project.store, project.folder]);
    const text = String((await once(child.stdout, "data"))[0]);
    await setTimeout(wait);
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    ids.push((JSON.parse(text.split("\n")[0] ?? "") as Snapshot).id);
  }
  const snapshots = await project.snapshots();
  await snapshots.detached();
  fs.rmSync(project.path(".git"), { recursive: true });
  expect((await snapshots.list()).map(({ id }) => id)).toEqual(ids.toReversed());
  expect(fs.readdirSync(path.join(project.store, "objects/pack")).filter((name) => name.startsWith("tmp"))).toEqual([]);
  const files = project.shown();
  for (const name of Object.keys(files)) fs.rmSync(project.path(name));
  await snapshots.restore(await snapshots.plan(ids.at(-1) ?? ""));
  expect(project.shown()).toEqual(files);
});

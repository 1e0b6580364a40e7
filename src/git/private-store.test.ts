import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";
import { projectNames } from "./names.ts";

vi.setConfig({ testTimeout: 60_000 });

let project: Project;
const umask = process.umask();
afterEach(async () => {
  process.umask(umask);
  await project.remove();
});

/** What others could read or write, had they got past the folder. */
function exposed(store: string): string[] {
  return fs
    .readdirSync(store, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => (fs.lstatSync(file).mode & 0o077) !== 0);
}

async function useIt(): Promise<void> {
  const snapshots = await project.snapshots();
  const { id } = await snapshots.take("first");
  project.write({ a: "2\n", "deep/new": "3\n" });
  const { id: second } = await snapshots.take("second");
  await snapshots.restore(await snapshots.plan(id));
  await snapshots.prune({ newest: 1, age: 0, size: 0 }, []);
  expect(second).not.toBe(id);
  await snapshots.close();
}

test("everything in a store is its owner's alone, with the most careless umask there is", async () => {
  process.umask(0);
  project = new Project({ a: "1\n", "inner/b": "2\n" });
  project.init().commit();
  await useIt();
  expect(exposed(project.store)).toEqual([]);
  const names = path.join(project.base, "names");
  await projectNames(names, project.folder).all(10);
  expect(exposed(names)).toEqual([]);
});

test("a store that was begun without it is made private when it is opened, and works on", async () => {
  process.umask(0);
  project = new Project({ a: "1\n" });
  await useIt();
  const config = path.join(project.store, "config");
  fs.writeFileSync(config, fs.readFileSync(config, "utf8").replaceAll(/.*sharedRepository.*\n/g, ""));
  for (const entry of fs.readdirSync(project.store, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    fs.chmodSync(file, entry.isDirectory() ? 0o755 : 0o644);
  }
  expect(exposed(project.store).length).toBeGreaterThan(10);
  await useIt();
  expect(exposed(project.store)).toEqual([]);
});

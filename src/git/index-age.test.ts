import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { look } from "./look.ts";
import { updateIndex } from "./own-index.ts";
import { Project } from "../../test/git/project.ts";

let project: Project;
afterEach(() => project.remove());

/** Resolves when a new second has just begun, with time left in it. */
async function newSecond(): Promise<void> {
  await sleep(1_020 - (Date.now() % 1_000));
}

test("what comes into a folder in the second in which it was looked at is seen, though the index is written later", async () => {
  project = new Project({ a: "1\n", "d/e": "1\n" });
  project.init().commit();
  await project.snapshots();
  const place = { store: project.store, folder: project.folder };
  const first = await look(place);
  await updateIndex(place, first);
  await newSecond();
  fs.writeFileSync(project.path("passing"), "");
  fs.rmSync(project.path("passing"));
  project.write({ "d/e": "changed\n" });
  const found = await look(place);
  expect(found.changed).toEqual(["d/e"]);
  project.write({ came: "1\n" });
  await newSecond();
  await updateIndex(place, found);
  expect((await look(place)).changed).toEqual(["came"]);
});

test("an index that a crash left without its age is not trusted", async () => {
  project = new Project({ a: "1\n" });
  project.init().commit();
  const snapshots = await project.snapshots();
  await newSecond();
  project.write({ b: "1\n" });
  await snapshots.take("first");
  await snapshots.take("second");
  project.write({ came: "1\n" });
  await snapshots.close();
  const index = path.join(project.store, "snap.index");
  const later = Date.now() / 1000 + 5;
  fs.utimesSync(index, later, later);
  const next = await project.snapshots();
  expect([...(await next.tree.list()).keys()]).toContain("came");
});

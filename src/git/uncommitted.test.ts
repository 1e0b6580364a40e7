import { afterEach, expect, test, vi } from "vitest";
import { Project } from "../../test/git/project.ts";

/** Every step starts a few programs, and syncs: on a busy machine that takes its time. */
vi.setConfig({ testTimeout: 60_000 });

let project: Project;
afterEach(() => project.remove());

/** Of all the folder holds, what HEAD's commit has otherwise. */
async function otherwise(): Promise<string[]> {
  const store = await project.snapshots();
  const { id } = await store.take("now");
  return [...(await store.otherThanCommitted(await store.files(id)))].sort();
}

test("files that differ from the commit of HEAD are told, the same with other ends of lines and new ones are not", async () => {
  project = new Project({ same: "1\n", edited: "1\n", crlf: "1\n2\n", "d/edited": "1\n" });
  project.init().commit();
  project.write({ edited: "2\n", crlf: "1\r\n2\r\n", "d/edited": "2\n", fresh: "1\n" });
  expect(await otherwise()).toEqual(["d/edited", "edited"]);
  project.git("add", "edited");
  expect(await otherwise()).toEqual(["d/edited", "edited"]);
  project.commit();
  expect(await otherwise()).toEqual([]);
});

test("nothing is told without a commit, and where filters make files other on disk", async () => {
  project = new Project({ a: "1\n" });
  expect(await otherwise()).toEqual([]);
  project.init();
  expect(await otherwise()).toEqual([]);
  project.write({ ".gitattributes": "*.bin filter=lfs\n" });
  project.commit().write({ a: "2\n" });
  expect(await otherwise()).toEqual([]);
});

import fs from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { FileOperation } from "../../src/contract/files.ts";
import { Attribution } from "../../src/core/attribution/attribution.ts";
import { agentAuthor, PERSON } from "../../src/core/attribution/author.ts";
import { Project } from "./project.ts";

const A = agentAuthor("A");
const TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

let project: Project;
afterEach(() => project.remove());

/** An engine over the project's folder, as a workspace opens it before its first agent. */
async function opened() {
  const store = await project.snapshots();
  const { tree, blobs } = store;
  const engine = new Attribution({ tree, blobs, record: async () => {} });
  await engine.start();
  return { engine, store };
}

test("in a real repository one agent is taken back, others stay, and the repository is not touched", async () => {
  project = new Project({ ".gitignore": "built/\n", f: TEN, "src/g": TEN, "ünï code": "x\n" });
  project.init().commit();
  const repository = project.repository();
  const snapshots = await project.snapshots();
  const start = await snapshots.take("before A");
  const log: FileOperation[] = [];
  const files = await snapshots.files(start.id);
  const { tree, blobs } = snapshots;
  const engine = new Attribution({ tree, blobs, files, record: async (entries) => void log.push(...entries) });
  await engine.start();
  expect(log).toEqual([]);

  await engine.open({ call: "shell", agent: "A" });
  project.write({ f: TEN.replace("2\n", "A\n"), "src/new": "A\n", "built/x": "ignored\n" });
  fs.renameSync(project.path("src/g"), project.path("src/moved"));
  fs.chmodSync(project.path("ünï code"), 0o755);
  fs.symlinkSync("f", project.path("link"));
  await engine.close("shell");
  project.write({ f: TEN.replace("2\n", "A\n").replace("9\n", "me\n"), "src/moved": TEN.replace("5\n", "me\n") });
  await engine.look();
  project.write({ "built/x": "read by nobody\n" });
  await engine.look(["built/x"]);
  await engine.look();

  const was = project.shown();
  const diffs = await engine.changesBy(A);
  expect(diffs.map(({ path }) => Buffer.from(path, "latin1").toString()).sort()).toEqual([
    "f",
    "link",
    "src/moved",
    "src/new",
    "ünï code",
  ]);
  const { left } = await engine.apply(await engine.plan({ author: A }), "rollback", PERSON);
  expect(left).toEqual([]);
  expect(project.shown()).toEqual({
    ".gitignore": "644 built/\n",
    f: `644 ${TEN.replace("9\n", "me\n")}`,
    "src/g": `644 ${TEN.replace("5\n", "me\n")}`,
    [Buffer.from("ünï code").toString("latin1")]: "644 x\n",
    "built/x": "644 read by nobody\n",
  });
  await engine.apply(await engine.planUndo("rollback"), "undo", PERSON);
  expect(project.shown()).toEqual(was);
  expect(project.repository()).toEqual(repository);

  // The next server goes on from the log and the last snapshot.
  const next = new Attribution({
    tree,
    blobs,
    operations: log.slice(),
    files: engine.files(),
    record: async (entries) => void log.push(...entries),
  });
  const count = log.length;
  await next.start();
  expect(log).toHaveLength(count);
  expect(await next.changesBy(A)).toHaveLength(5);
});

describe("what comes into view while a command runs", () => {
  const uncovered: [string, Record<string, string>, (project: Project) => void][] = [
    ["because it is ignored no more", { ".gitignore": "data/\n*.log\n" }, (p) => p.write({ ".gitignore": "*.log\n" })],
    ["because the rules went away", { ".gitignore": "data/\n" }, (p) => fs.rmSync(p.path(".gitignore"))],
    [
      "because it was a repository of its own",
      {},
      (p) => fs.rmSync(p.path("data/.git"), { recursive: true, force: true }),
    ],
  ];
  test.each(uncovered)("%s is nobody's work, and a rollback leaves it alone", async (how, files, uncover) => {
    project = new Project({ a: "1\n", ...files });
    project.init().commit();
    project.write({ "data/mine.csv": "years of work\n" });
    if (how.includes("repository")) project.nested("data");
    const { engine } = await opened();
    await engine.open({ call: "shell", agent: "A" });
    uncover(project);
    project.write({ made: "by A\n" });
    await engine.close("shell");
    await engine.apply(await engine.plan({ author: A }), "r", PERSON);
    expect(project.shown()).toMatchObject({ a: "644 1\n", "data/mine.csv": "644 years of work\n" });
    expect(project.shown()["made"]).toBeUndefined();
  });

  test("because a snapshot begins to keep small ignored files is nobody's work", async () => {
    project = new Project({ a: "1\n", ".gitignore": "*.log\n", "debug.log": "mine\n" });
    project.init().commit();
    const { engine, store } = await opened();
    await engine.open({ call: "shell", agent: "A" });
    await store.take("before agent B");
    await engine.close("shell");
    expect((await engine.changesBy(A)).every(({ conflict }) => conflict === "unknown_author")).toBe(true);
    await engine.apply(await engine.plan({ author: A }), "r", PERSON);
    expect(project.shown()["debug.log"]).toBe("644 mine\n");
  });
});

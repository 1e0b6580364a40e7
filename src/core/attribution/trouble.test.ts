import { beforeEach, describe, expect, test } from "vitest";
import type { FileOperation } from "../../contract/files.ts";
import { file, memoryBlobs, MemoryFolder } from "../../../test/attribution/folder.ts";
import type { FileContent } from "../ports/tree.ts";
import { Attribution } from "./attribution.ts";
import { agentAuthor, PERSON } from "./author.ts";

const A = agentAuthor("A");
const blobs = memoryBlobs();

/** A folder whose disk can be made to fail, or the process to die, at the write of a path. */
class Fragile extends MemoryFolder {
  failsAt: string | undefined;
  diesAt: string | undefined;

  override async swap(path: string, expected: FileContent | undefined, next: FileContent | undefined) {
    if (path === this.failsAt) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    if (path === this.diesAt) return new Promise<never>(() => {});
    return super.swap(path, expected, next);
  }
}

let tree: Fragile;
let log: FileOperation[];
let engine: Attribution;
let calls = 0;

beforeEach(async () => {
  tree = new Fragile();
  log = [];
  tree.write("a", file("1\n2\n3\n"));
  tree.write("b", file("1\n2\n3\n"));
  engine = opened();
  await engine.start();
});

function opened(files?: ReturnType<Attribution["files"]>): Attribution {
  const operations = [...log];
  return new Attribution({ tree, blobs, operations, files, record: async (entries) => void log.push(...entries) });
}

async function does(agent: string, files: Record<string, FileContent | undefined>): Promise<void> {
  const call = `call ${++calls}`;
  await engine.open({ call, agent });
  for (const [path, content] of Object.entries(files)) tree.write(path, content);
  await engine.close(call);
}

/** Carries the rollback of A out up to a place where the process dies, and goes on with what was made durable. */
async function diesRollingBack(at: string): Promise<void> {
  const held = engine.files();
  tree.diesAt = at;
  void engine.apply(await engine.plan({ author: A }), "r", PERSON);
  await expect.poll(() => log.at(-1)?.type).toBe("writing");
  await new Promise((resolve) => setTimeout(resolve, 20));
  tree.diesAt = undefined;
  engine = opened(held);
  await engine.start();
}

describe("a disk that fails in the middle of a rollback", () => {
  test("leaves that file as it is, and what was written is a rollback that can be undone", async () => {
    await does("A", { a: file("1\nA\n3\n"), b: file("1\nA\n3\n") });
    const was = tree.shown();
    tree.failsAt = "b";
    const { done, left } = await engine.apply(await engine.plan({ author: A }), "r", PERSON);
    expect([done.map(({ path }) => path), left]).toEqual([["a"], [{ path: "b", why: "not_written" }]]);
    expect(tree.shown()).toEqual({ a: "644 1\n2\n3\n", b: "644 1\nA\n3\n" });
    expect((await engine.changesBy(A)).map(({ path }) => path)).toEqual(["b"]);
    tree.failsAt = undefined;
    await engine.apply(await engine.planUndo("r"), "u", PERSON);
    expect(tree.shown()).toEqual(was);
  });

  test("leaves a moved file whole, under one name", async () => {
    await does("A", { a: undefined, c: file("1\n2\n3\n") });
    const was = tree.shown();
    tree.failsAt = "a";
    expect((await engine.apply(await engine.plan({ author: A }), "r", PERSON)).done).toEqual([]);
    expect(tree.shown()).toEqual(was);
  });
});

describe("a process that dies in the middle of a rollback", () => {
  test("leaves no file between two names: the next one finishes that file", async () => {
    await does("A", { a: undefined, c: file("1\n2\n3\n"), b: file("1\nA\n3\n") });
    await diesRollingBack("a");
    expect(tree.shown()["a"]).toBe("644 1\n2\n3\n");
    expect(tree.shown()["c"]).toBeUndefined();
    await engine.apply(await engine.planUndo("r"), "u", PERSON);
    expect(tree.shown()).toEqual({ b: "644 1\nA\n3\n", c: "644 1\n2\n3\n" });
  });

  test("leaves no mode behind that it had not written yet: the next one writes it", async () => {
    await does("A", { a: file("1\n2\n3\n", 0o755) });
    await diesRollingBack("a");
    expect(tree.shown()["a"]).toBe("644 1\n2\n3\n");
    expect(await engine.changesBy(A)).toEqual([]);
  });

  test("knows that two files had changed places", async () => {
    tree.write("b", file("4\n5\n6\n"));
    await engine.look();
    await engine.open({ call: "swap", agent: "A" });
    tree.write("a", undefined);
    tree.write("t", file("1\n2\n3\n"));
    await engine.look();
    tree.write("a", file("4\n5\n6\n"));
    tree.write("b", undefined);
    await engine.look();
    tree.write("t", undefined);
    tree.write("b", file("1\n2\n3\n"));
    await engine.close("swap");
    const held = engine.files();
    await engine.apply(await engine.plan({ author: A }), "r", PERSON);
    log.pop();
    engine = opened(held);
    await engine.start();
    expect(tree.shown()).toEqual({ a: "644 1\n2\n3\n", b: "644 4\n5\n6\n" });
    expect(await engine.changesBy(A)).toEqual([]);
  });
});

describe("what the log missed", () => {
  test("counts as somebody else's, never as the next one's to change the file", async () => {
    await does("A", { a: file("1\nA\n3\n") });
    // The person's edit is in the snapshot with which the next process begins, but was never recorded.
    tree.write("a", file("1\nA\n3\nperson\n"));
    const held = engine.files();
    held.set("a", { kind: "file", mode: 0o644, blob: await blobs.put(Buffer.from("1\nA\n3\nperson\n")) });
    engine = opened(held);
    await engine.start();
    await does("B", { a: file("1\nA\n3\nperson\nmore\nB\n") });
    const [hunk] = (await engine.changesBy(agentAuthor("B")))[0]?.hunks ?? [];
    expect(hunk?.now).toEqual(["more\n", "B\n"]);
    expect((await engine.changesBy(A))[0]?.hunks[0]?.now).toEqual(["A\n"]);
  });

  test("is found where the log has a past and no snapshot is left to begin with", async () => {
    await does("A", { a: file("1\nA\n3\n"), b: file("1\nA\n3\n") });
    tree.write("a", file("1\nA\n3\nperson\n"));
    tree.write("b", undefined);
    engine = opened();
    await engine.start();
    expect(log.slice(-2)).toMatchObject([
      { author: PERSON, change: { path: "a" } },
      { author: PERSON, change: { path: "b", after: undefined } },
    ]);
    await engine.apply(await engine.plan({ author: A }), "r", PERSON);
    expect(tree.shown()).toEqual({ a: "644 1\n2\n3\nperson\n" });
  });
});

describe("what Clustr itself writes for the person", () => {
  test("is theirs, whoever looks or works while it is being written", async () => {
    await engine.open({ call: "shell", agent: "A" });
    let looked: Promise<void> | undefined;
    await engine.writing(PERSON, async () => {
      tree.write("a", file("restored\n"));
      looked = engine.look();
      await new Promise((resolve) => setTimeout(resolve, 20));
      tree.write("b", undefined);
      const blob = await blobs.put(Buffer.from("restored\n"));
      return { files: [{ path: "a", after: { kind: "file", mode: 0o644, blob } }, { path: "b" }] };
    });
    await looked;
    await engine.close("shell");
    expect(log.map((one) => one.type === "changed" && one.author)).toEqual([PERSON, PERSON]);
    expect(await engine.changesBy(A)).toEqual([]);
  });
});

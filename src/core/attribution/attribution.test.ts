import { beforeEach, expect, test } from "vitest";
import type { FileOperation } from "../../contract/files.ts";
import { file, link, memoryBlobs, MemoryFolder } from "../../../test/attribution/folder.ts";
import type { FileContent } from "../ports/tree.ts";
import { Attribution } from "./attribution.ts";
import { agentAuthor, PERSON } from "./author.ts";

const A = agentAuthor("A");
const B = agentAuthor("B");
const TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
const blobs = memoryBlobs();

let tree: MemoryFolder;
let log: FileOperation[];
let engine: Attribution;
let calls = 0;

beforeEach(async () => {
  tree = new MemoryFolder();
  log = [];
  tree.write("f", file(TEN));
  engine = new Attribution({ tree, blobs, record: async (entries) => void log.push(...entries) });
  await engine.start();
});

/** A shell call of an agent, or what the person does, that leaves these files behind. */
async function does(who: "A" | "B" | "person", files: Record<string, FileContent | string | undefined>): Promise<void> {
  const call = `call ${++calls}`;
  if (who !== "person") await engine.open({ call, agent: who });
  for (const [path, content] of Object.entries(files))
    tree.write(path, typeof content === "string" ? file(content) : content);
  if (who !== "person") await engine.close(call);
  else await engine.look();
}

async function rollBack(author = A, more: { paths?: string[]; hunk?: number } = {}) {
  return engine.apply(await engine.plan({ author, ...more }), `rollback ${++calls}`, PERSON);
}

const lines = (change: Record<number, string>) =>
  TEN.split("\n")
    .map((line, i) => change[i + 1] ?? line)
    .join("\n");

test("edits of others that are apart stay, and the undo is exact", async () => {
  await does("A", { f: lines({ 2: "A" }) });
  await does("B", { f: lines({ 2: "A", 4: "B" }) });
  await does("person", { f: lines({ 2: "A", 4: "B", 9: "me" }) });
  const { id, left } = await rollBack();
  expect(left).toEqual([]);
  expect(tree.shown()).toEqual({ f: `644 ${lines({ 4: "B", 9: "me" })}` });
  await engine.apply(await engine.planUndo(id), "undo", PERSON);
  expect(tree.shown()).toEqual({ f: `644 ${lines({ 2: "A", 4: "B", 9: "me" })}` });
});

test.each([
  ["adjoin its lines", lines({ 2: "A" }), lines({ 2: "A", 3: "B" })],
  ["change its lines", lines({ 2: "A" }), lines({ 2: "B" })],
  ["delete a line it wrote", lines({ 2: "A\nA2" }), lines({ 2: "A" })],
])("edits of others that %s are a conflict: the file is left alone and named", async (_how, mine, theirs) => {
  await does("A", { f: mine });
  await does("B", { f: theirs });
  const plan = await engine.plan({ author: A });
  expect(plan.files).toMatchObject([{ path: "f", conflict: "changed_since", choices: ["keep", "before", "merge"] }]);
  expect((await rollBack()).left).toEqual([{ path: "f", why: "changed_since" }]);
  expect(tree.shown()).toEqual({ f: `644 ${theirs}` });
});

test("hunks are taken back one by one, also in a file with a conflict elsewhere", async () => {
  await does("A", { f: lines({ 2: "A", 6: "A too", 9: "A again" }) });
  await does("B", { f: lines({ 2: "A", 6: "A too", 9: "B" }) });
  const [diff] = await engine.changesBy(A);
  expect(diff?.hunks.map(({ now, before, conflict }) => [before, now, conflict])).toEqual([
    [["2\n"], ["A\n"], undefined],
    [["6\n"], ["A too\n"], undefined],
    [["9\n", "B\n"], ["B\n"], "changed_since"],
  ]);
  const { id } = await rollBack(A, { paths: ["f"], hunk: 2 });
  expect(tree.shown()).toEqual({ f: `644 ${lines({ 2: "A", 9: "B" })}` });
  expect((await engine.changesBy(A))[0]?.hunks).toHaveLength(2);
  await engine.apply(await engine.planUndo(id), "undo", PERSON);
  expect(tree.shown()).toEqual({ f: `644 ${lines({ 2: "A", 6: "A too", 9: "B" })}` });
  expect((await engine.changesBy(A))[0]?.hunks).toHaveLength(3);
});

test("a file it created goes, unless others have changed it", async () => {
  await does("A", { n: "a\nb\nc\n", m: "a\n" });
  await does("B", { n: "a\nb\nc\nB\n" });
  expect((await rollBack()).left).toEqual([{ path: "n", why: "created_then_changed" }]);
  expect(Object.keys(tree.shown())).toEqual(["f", "n"]);
});

test("a file it deleted comes back, unless its place is taken", async () => {
  await does("A", { f: undefined });
  await does("B", { f: "other\n" });
  expect((await rollBack()).left).toEqual([{ path: "f", why: "path_taken" }]);
  await does("B", { f: undefined });
  expect((await rollBack()).left).toEqual([]);
  expect(tree.shown()).toEqual({ f: `644 ${TEN}` });
});

test("a file it moved goes back with the edits others made to it", async () => {
  await does("A", { f: undefined, "src/g": TEN });
  await does("B", { "src/g": lines({ 5: "B" }) });
  await rollBack();
  expect(tree.shown()).toEqual({ f: `644 ${lines({ 5: "B" })}` });
});

test("its edits are undone under the name others gave the file, and a file others deleted stays deleted", async () => {
  tree.write("g", file(TEN));
  await does("person", {});
  await does("A", { f: lines({ 2: "A" }), g: lines({ 2: "A" }) });
  await does("B", { f: undefined, h: lines({ 2: "A" }), g: undefined });
  await rollBack();
  expect(tree.shown()).toEqual({ h: `644 ${TEN}` });
});

test("a move with edits and a new mode in one call is one file's change, and is undone as one", async () => {
  await does("A", { f: undefined, g: file(lines({ 3: "A" }), 0o755) });
  expect(await engine.changesBy(A)).toMatchObject([{ path: "g", from: "f", added: 1, removed: 1 }]);
  await rollBack();
  expect(tree.shown()).toEqual({ f: `644 ${TEN}` });
});

test("two files that changed places change back", async () => {
  tree.write("g", file("other\n"));
  await does("person", {});
  await does("A", { f: undefined, t: TEN });
  await does("A", { g: undefined, f: "other\n" });
  await does("A", { t: undefined, g: TEN });
  await rollBack();
  expect(tree.shown()).toEqual({ f: `644 ${TEN}`, g: "644 other\n" });
});

test("a file that became a folder becomes a file again", async () => {
  await does("A", { f: undefined, "f/inner": "x\n" });
  expect((await rollBack()).left).toEqual([]);
  expect(tree.shown()).toEqual({ f: `644 ${TEN}` });
});

test("binaries and links changed by both are a conflict; modes merge on their own", async () => {
  tree.write("b", file("\0one"));
  tree.write("l", link("here"));
  await does("person", {});
  await does("A", { b: file("\0two", 0o755), l: link("there"), f: file(lines({ 1: "A" }), 0o755) });
  await does("B", { b: file("\0three", 0o755), l: link("elsewhere"), f: file(lines({ 1: "A", 9: "B" }), 0o755) });
  expect((await rollBack()).left).toEqual([
    { path: "b", why: "changed_since" },
    { path: "l", why: "changed_since" },
  ]);
  expect(tree.shown()).toMatchObject({ f: `644 ${lines({ 9: "B" })}`, b: "755 \0three", l: "-> elsewhere" });
});

test("line ends and a missing last newline come back byte for byte", async () => {
  tree.write("w", file("a\r\nb\r\nc\nd\xff"));
  await does("person", {});
  await does("A", { w: "a\r\nB\nc\nd\xff" });
  await does("B", { w: "a\r\nB\nc\nD" });
  await rollBack();
  expect(tree.shown()["w"]).toBe("644 a\r\nb\r\nc\nD");
});

test("what changed while two calls were open is of unknown author until the person says", async () => {
  await engine.open({ call: "a", agent: "A" });
  await engine.open({ call: "b", agent: "B" });
  tree.write("f", file(lines({ 2: "?" })));
  await engine.close("a");
  await engine.close("b");
  for (const author of [A, B]) expect((await rollBack(author)).left).toEqual([{ path: "f", why: "unknown_author" }]);
  await engine.assign(log.find(({ type }) => type === "changed")?.seq ?? 0, B);
  expect((await rollBack(A)).done).toEqual([]);
  expect((await rollBack(B)).left).toEqual([]);
  expect(tree.shown()).toEqual({ f: `644 ${TEN}` });
});

test("an edit whose content is known is its agent's, even inside another's shell call; what differs is not", async () => {
  await engine.open({ call: "shell", agent: "B" });
  await engine.open({ call: "edit", agent: "A", paths: ["f"] });
  tree.write("f", file(lines({ 2: "A", 8: "?" })));
  await engine.close("edit", [{ path: "f", content: file(lines({ 2: "A" })) }]);
  tree.write("g", file("B\n"));
  await engine.close("shell");
  const changes = log.flatMap((one) => (one.type === "changed" ? [[one.change.path, one.author.kind, one.exact]] : []));
  expect(changes).toEqual([
    ["f", "agent", true],
    ["f", "ambiguous", false],
    ["g", "agent", false],
  ]);
});

test("a call that ends with its agent is closed, and what follows is the person's", async () => {
  await engine.open({ call: "a", agent: "A" });
  await engine.closeAll("A");
  await does("person", { f: lines({ 1: "me" }) });
  expect(await engine.changesBy(A)).toEqual([]);
  expect(await engine.changesBy(PERSON)).toMatchObject([{ path: "f", added: 1, removed: 1 }]);
});

test("the folder since an agent's start, and its run, show what everybody did", async () => {
  await does("B", { f: lines({ 1: "before" }) });
  await engine.mark("start");
  await does("A", { f: lines({ 1: "before", 3: "A" }), n: "new\n" });
  await does("person", { f: lines({ 1: "before", 3: "A", 5: "me" }) });
  await engine.mark("end");
  await does("B", { n: undefined });
  expect(await engine.changesBetween("start", "end")).toMatchObject([
    { path: "f", added: 2, removed: 2, hunks: [{ before: ["3\n"] }, { before: ["5\n"] }] },
    { path: "n", added: 1, before: undefined },
  ]);
  expect((await engine.changesBetween("start")).map(({ path }) => path)).toEqual(["f"]);
  await expect(engine.changesBetween("nothing")).rejects.toMatchObject({ code: "not_found" });
});

test("a file that somebody changes between plan and apply is left to them", async () => {
  await does("A", { f: lines({ 2: "A" }), g: "A\n" });
  const plan = await engine.plan({ author: A });
  tree.write("f", file("quick\n"));
  const { done, left } = await engine.apply(plan, "late", PERSON);
  expect(done.map(({ path }) => path)).toEqual(["g"]);
  expect(left).toEqual([{ path: "f", why: "changed_meanwhile" }]);
  expect(tree.shown()).toEqual({ f: "644 quick\n" });
});

test("after a restart the log goes on, what changed meanwhile is said to be whose it may be, and a cut rollback is settled", async () => {
  await does("A", { f: lines({ 2: "A" }) });
  const files = engine.files();
  const plan = await engine.plan({ author: A });
  // The process dies after the files were written and before the log says so.
  const cut = new Attribution({
    tree,
    blobs,
    operations: log,
    files,
    record: async (entries) => {
      if (entries.some(({ type }) => type === "rolled_back")) throw new Error("killed");
      log.push(...entries);
    },
  });
  await cut.start();
  await expect(cut.apply(plan, "cut", PERSON)).rejects.toThrow("killed");
  tree.write("g", file("while away\n"));

  engine = new Attribution({
    tree,
    blobs,
    operations: log.slice(),
    files,
    record: async (entries) => void log.push(...entries),
  });
  await engine.start(() => ({ kind: "ambiguous", among: [A, PERSON] }));
  expect(log.slice(-2)).toMatchObject([
    { type: "rolled_back", id: "cut" },
    { type: "changed", author: { kind: "ambiguous" }, change: { path: "g" } },
  ]);
  await engine.apply(await engine.planUndo("cut"), "undo", PERSON);
  expect(tree.shown()["f"]).toBe(`644 ${lines({ 2: "A" })}`);
});

test("a rollback that was cut between two files is finished by the next start, but for what somebody changed since", async () => {
  await does("A", { f: "A\n", g: "A\n", h: "A\n" });
  const files = engine.files();
  const plan = await engine.plan({ author: A });
  const record = async (entries: readonly FileOperation[]) => void log.push(...entries);
  const swap = tree.swap.bind(tree);
  let swaps = 0;
  // The process dies after its first file.
  const dying = { read: tree.read.bind(tree), list: tree.list.bind(tree), see: tree.see.bind(tree) };
  const dies = async (...[path, expected, next]: Parameters<typeof swap>) =>
    ++swaps === 1 ? swap(path, expected, next) : new Promise<boolean>(() => {});
  const cut = new Attribution({ tree: { ...dying, swap: dies }, blobs, operations: log.slice(), files, record });
  await cut.start();
  void cut.apply(plan, "cut", PERSON);
  await expect.poll(() => swaps).toBe(2);
  expect(log.at(-1)?.type).toBe("writing");
  tree.write("h", file("mine\n"));

  engine = new Attribution({ tree, blobs, operations: log.slice(), files, record });
  await engine.start();
  expect(tree.shown()).toEqual({ f: `644 ${lines({})}`, h: "644 mine\n" });
  await engine.apply(await engine.planUndo("cut"), "undo", PERSON);
  expect(tree.shown()).toEqual({ f: "644 A\n", g: "644 A\n", h: "644 mine\n" });
});

test("a place that somebody edits after a rollback is not given back over their head", async () => {
  await does("A", { f: lines({ 2: "A", 8: "A" }), g: "A\n" });
  const { id } = await rollBack();
  await does("person", { f: lines({ 2: "me" }), g: "mine\n" });
  const plan = await engine.planUndo(id);
  expect(plan.files).toMatchObject([
    { path: "f", conflict: "changed_since" },
    { path: "g", conflict: "path_taken" },
  ]);
});

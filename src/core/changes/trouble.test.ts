import { symlink } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { file, link } from "../../../test/attribution/folder.ts";
import { desk, type Desk } from "../../../test/rig/core.ts";

const TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

let d: Desk;

beforeEach(async () => {
  d = await desk();
  d.files.write("f", file(TEN));
  for (const name of ["ada", "bob"]) {
    await d.spawn(name);
    await d.puppet.link(name).report({ type: "working" });
  }
});
afterEach(() => d[Symbol.asyncDispose]());

/** The server begins anew and has found its agents again. */
async function reopened(): Promise<void> {
  const links = ["ada", "bob"].map((name) => d.puppet.link(name));
  await d.reopen();
  await expect.poll(() => ["ada", "bob"].every((name, at) => d.puppet.link(name) !== links[at])).toBe(true);
}

/** What the person does now, and what is not known whose it is. */
async function unknownAfter(path: string) {
  d.files.write(path, file("the person\n"));
  const { unknown, agents } = await d.ask("change.summary", {});
  return { unknown, files: agents.map(({ files }) => files) };
}

const KNOWN = { unknown: [], files: [0, 0] };

describe("shell commands in turn", () => {
  beforeEach(async () => {
    await d.ask("settings.set", { shell_calls: "in_turn" });
    await d.puppet.link("ada").openCall({ id: "first", command: "make" });
  });

  test("one that was given up while it waited takes no turn, and nothing counts as its work", async () => {
    const waiting = d.puppet.link("bob").openCall({ id: "second", command: "make" });
    await pause(20);
    await d.puppet.link("bob").closeCall("second");
    await d.puppet.link("ada").closeCall("first");
    expect(await waiting).toBeUndefined();
    expect(await unknownAfter("g")).toEqual(KNOWN);
    expect(await d.puppet.link("ada").openCall({ id: "third", command: "make" })).toBeUndefined();
  });

  test("nor does one whose agent was stopped while it waited", async () => {
    const waiting = d.puppet.link("bob").openCall({ id: "second", command: "make" });
    await pause(20);
    await d.ask("agent.stop", { name: "bob" });
    await expect.poll(async () => (await d.ask("agent.list", {})).find(({ name }) => name === "bob")?.live).toBe(false);
    await d.puppet.link("ada").closeCall("first");
    await waiting;
    expect(await unknownAfter("g")).toEqual(KNOWN);
    expect(await d.puppet.link("ada").openCall({ id: "third", command: "make" })).toBeUndefined();
  });
});

test("an agent that is stopped while its call is about to begin leaves no call behind", async () => {
  const { list } = d.store.tree;
  const slow = Promise.withResolvers<void>();
  d.store.tree.list = async () => (await slow.promise, list.call(d.store.tree));
  const looking = d.ask("change.summary", {});
  const opening = d.puppet.link("bob").openCall({ id: "call", command: "make" });
  await pause(20);
  const stopping = d.ask("agent.stop", { name: "bob" });
  await pause(50);
  slow.resolve();
  await Promise.all([looking, opening, stopping]);
  await pause(20);
  expect(await unknownAfter("g")).toEqual(KNOWN);
});

test("a turn that ends while the server is still opening the log after a restart leaves nothing in doubt", async () => {
  const { list } = d.store.tree;
  const slow = Promise.withResolvers<void>();
  d.store.tree.list = async () => (await slow.promise, list.call(d.store.tree));
  await reopened();
  for (const name of ["ada", "bob"]) await d.puppet.link(name).report({ type: "idle" });
  const rests = async () => (await d.ask("agent.list", {})).every(({ status }) => status === "done");
  await expect.poll(rests).toBe(true);
  slow.resolve();
  await d.ask("change.summary", {});
  expect(await unknownAfter("g")).toEqual(KNOWN);
});

describe("an edit under way when the server died", () => {
  const FIVE = TEN.replace("5\n", "ada\n");
  const edit = {
    path: "",
    result: (was?: Uint8Array) => ({ bytes: Buffer.from(String(was).replace("5\n", "ada\n")) }),
  };
  const write = { path: "", result: () => ({ bytes: Buffer.from(FIVE) }) };
  const closes = (id: string, how: typeof edit | typeof write) =>
    d.puppet.link("ada").closeCall(id, [{ ...how, path: `${d.folder}/f` }]);

  beforeEach(async () => {
    await d.puppet.link("ada").openCall({ id: "e", paths: [`${d.folder}/f`] });
  });

  test.each([
    ["before the next one looked", true],
    ["after it", false],
  ])("is the agent's, as its input proves: made %s", async (_, before) => {
    if (before) d.files.write("f", file(FIVE));
    await reopened();
    await d.ask("change.summary", {});
    if (!before) d.files.write("f", file(FIVE));
    await d.ask("change.summary", {});
    await closes("e", edit);
    const { unknown, agents } = await d.ask("change.summary", {});
    expect([unknown, agents.map(({ files }) => files)]).toEqual([[], [1, 0]]);
    await d.ask("change.rollback", { name: "ada" });
    expect(d.files.shown()["f"]).toBe(`644 ${TEN}`);
  });

  test("stays of unknown author when the file holds anything beyond it", async () => {
    d.files.write("f", file(FIVE.replace("9\n", "person\n")));
    await reopened();
    await d.ask("change.summary", {});
    await closes("e", edit);
    await closes("e", write);
    const { unknown } = await d.ask("change.summary", {});
    expect(unknown.map(({ path, among }) => `${path} ${among.join()}`)).toContain("f human,ada,bob");
  });

  test("proves nothing of what was there before a call began", async () => {
    d.files.write("f", file(FIVE));
    await reopened();
    // A later call writes what is there already.
    await d.puppet.link("ada").openCall({ id: "later", paths: [`${d.folder}/f`] });
    await closes("later", write);
    await d.puppet.link("ada").report({ type: "idle" });
    await closes("unheard", write);
    const { unknown } = await d.ask("change.summary", {});
    expect(unknown.map(({ path, among }) => `${path} ${among.join()}`)).toEqual(["f human,ada,bob"]);
  });
});

describe("two rollbacks of one agent at the same moment", () => {
  test("take it back once, and one undo brings all of it back", async () => {
    await d.puppet.link("ada").openCall({ id: "a", command: "make" });
    d.files.write("f", undefined);
    d.files.write("new", file("x\n"));
    await d.puppet.link("ada").closeCall("a");
    const was = d.files.shown();
    const both = await Promise.all([1, 2].map(() => d.ask("change.rollback", { name: "ada" })));
    expect(both.filter(({ id }) => id !== undefined)).toHaveLength(1);
    expect(d.files.shown()).toEqual({ f: `644 ${TEN}` });
    await d.ask("change.undo", {});
    expect(d.files.shown()).toEqual(was);
    await expect(d.ask("change.undo", {})).rejects.toThrow(/no rollback or restore to undo/);
  });
});

test("a snapshot taken by hand first records what had changed until then", async () => {
  await d.ask("snapshot.take", {});
  d.files.write("f", file(TEN.replace("5\n", "person\n")));
  await d.ask("snapshot.take", {});
  const changed = await d.ask("event.list", { type: "files.changed" });
  expect(changed.map(({ actor }) => actor.kind)).toEqual(["human"]);
});

test("a change that only a snapshot saw before a crash is found after it, and is not the next one's", async () => {
  const ada = d.puppet.link("ada");
  await ada.openCall({ id: "a", command: "make" });
  d.files.write("f", file(TEN.replace("2\n", "ada\n")));
  await ada.closeCall("a");
  const { take } = d.store;
  d.store.take = async (label) => {
    d.store.take = take;
    // Between the look and the snapshot.
    d.files.write("f", file(`${TEN.replace("2\n", "ada\n")}person\n`));
    return take(label);
  };
  await d.ask("snapshot.take", {});
  for (const name of ["ada", "bob"]) await d.puppet.link(name).report({ type: "idle" });
  await reopened();
  const { unknown } = await d.ask("change.summary", {});
  expect(unknown).toMatchObject([{ path: "f", among: ["human", "ada", "bob"] }]);
  await d.ask("change.assign", { position: unknown[0]?.position ?? 0, to: "human" });
  await d.puppet.link("bob").openCall({ id: "b", command: "make" });
  d.files.write("f", file(`${TEN.replace("2\n", "ada\n").replace("8\n", "bob\n")}person\n`));
  await d.puppet.link("bob").closeCall("b");
  await d.ask("change.rollback", { name: "bob" });
  expect(d.files.shown()["f"]).toBe(`644 ${TEN.replace("2\n", "ada\n")}person\n`);
});

test("a link and a name that is no valid text are taken back alone, by the names they are shown with", async () => {
  const ada = d.puppet.link("ada");
  await symlink("f", `${d.folder}/l`);
  await ada.openCall({ id: "a", command: "make" });
  d.files.write("f", file("ada\n"));
  d.files.write("l", link("f"));
  d.files.write("caf\u00e9", file("ada\n"));
  await ada.closeCall("a");
  const named = async (path: string) => (await d.ask("change.rollback", { name: "ada", file: path })).files;
  expect(await named("l")).toMatchObject([{ path: "l", what: "deleted" }]);
  expect(await named("caf\ufffd")).toMatchObject([{ path: "caf\ufffd", what: "deleted" }]);
  expect(d.files.shown()).toEqual({ f: "644 ada\n" });
});

test("a restore that a crash cut short is the person's, and is undone like any other", async () => {
  const blob = await d.store.blobs.put(Buffer.from("restored\n"));
  d.files.write("f", file("restored\n"));
  const target = await d.store.take("target");
  d.files.write("f", file(TEN));
  const { id: before } = await d.store.take("before restored");
  d.files.write("f", file("restored\n"));
  d.files.write("g", file("somebody\n"));
  const changes = [{ path: "f", after: { kind: "file" as const, mode: 0o644, blob } }];
  d.store.cutShort = async () => ({ before, target: target.id, label: "restored", changes });
  await reopened();
  const { unknown } = await d.ask("change.summary", {});
  expect(unknown.map(({ path }) => path)).toEqual(["g"]);
  expect(d.workspace.view().files.rollbacks).toMatchObject([{ kind: "restore", by: "human" }]);
});

test("a whole-tree command is asked for when it reaches what the person had not committed before the first agent came", async () => {
  d.store.uncommitted = async () => new Set();
  d.store.otherThanCommitted = async (files) => new Set([...files.keys()].filter((path) => path === "f"));
  const ada = d.puppet.link("ada");
  const reset = () => ada.openCall({ id: "a", command: "git reset --hard" });
  expect(await reset()).toMatchObject({ decision: "ask", reason: expect.stringContaining(": f.") });
  await ada.closeCall("a");
  expect(await ada.openCall({ id: "b", command: "git checkout -- src/" })).toBeUndefined();
  await ada.openCall({ id: "c", paths: [`${d.folder}/f`] });
  d.files.write("f", file(`ada\n${TEN}`));
  await ada.closeCall("c");
  expect(await reset()).toMatchObject({ decision: "ask" });
  // What is committed by now is not lost.
  const before = await d.store.blobs.put(Buffer.from(TEN));
  d.store.otherThanCommitted = async (files) =>
    new Set([...files].filter(([, { blob }]) => blob === before).map(([path]) => path));
  expect(await reset()).toBeUndefined();
});

test("for snapshots wanted at the same moment the folder is looked at once, so that the store can take one for all", async () => {
  let looks = 0;
  const { list } = d.store.tree;
  d.store.take = () => Promise.reject(new Error("not needed here"));
  d.store.tree.list = async () => (looks++, await pause(50), list.call(d.store.tree));
  await Promise.allSettled(["a", "b", "c"].map((label) => d.ask("snapshot.take", { label })));
  expect(looks).toBe(1);
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { file } from "../../test/attribution/folder.ts";
import { desk, type Desk } from "../../test/rig/core.ts";
import type { Fact } from "../contract/event.ts";
import { listOf } from "../contract/mail.ts";
import type { Caller } from "./caller.ts";
import type { ToolCall } from "./ports/service.ts";

const TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

let d: Desk;
let ada: Caller;
let calls = 0;

beforeEach(async () => {
  d = await desk();
  d.files.write("f", file(TEN));
  ada = await d.spawn("ada");
  await d.spawn("bob");
  for (const name of ["ada", "bob"]) await d.puppet.link(name).report({ type: "working" });
});
afterEach(() => d[Symbol.asyncDispose]());

/** A shell call of an agent that leaves these files behind. */
async function does(name: string, files: Record<string, string | undefined>, call: Partial<ToolCall> = {}) {
  const link = d.puppet.link(name);
  const id = `call ${++calls}`;
  const objection = await link.openCall({ id, command: "make", ...call });
  for (const [path, text] of Object.entries(files)) d.files.write(path, text === undefined ? undefined : file(text));
  await link.closeCall(id);
  return objection;
}

const inFolder = (path: string) => `${d.folder}/${path}`;
const summaryOf = async (name: string) =>
  (await d.ask("change.summary", {})).agents.find(({ agent }) => agent === name) ?? {};
const events = (type: string) => d.ask("event.list", { type });

describe("before an agent starts", () => {
  test("a snapshot is taken, and its record names it", async () => {
    const [record] = await d.ask("agent.list", {});
    const [newest, first] = await d.ask("snapshot.list", {});
    expect(first).toMatchObject({ id: record?.snapshot, label: "before agent ada", skipped: [] });
    expect(newest).toMatchObject({ label: "before agent bob" });
  });

  test("a snapshot that fails keeps it from starting, and it says why", async () => {
    const { take } = d.store;
    d.store.take = () => Promise.reject(new Error("the disk is full"));
    await d.ask("agent.spawn", { name: "cy", task: "work", service: "puppet" });
    await d.workspace
      .call(ada, "x")
      .until(
        ({ agents }) => Object.values(agents).some(({ name, outcome }) => name === "cy" && outcome === "failed"),
        2_000,
      );
    const cy = (await d.ask("agent.list", {})).find(({ name }) => name === "cy");
    expect(cy).toMatchObject({ outcome: "failed", reason: expect.stringContaining("the disk is full") });
    d.store.take = take;
  });
});

describe("what an agent changed", () => {
  test("is told line by line, whatever others do in the same file", async () => {
    await does("ada", { f: TEN.replace("2\n", "ada\n"), new: "1\n2\n" });
    await does("bob", { f: TEN.replace("2\n", "ada\n").replace("8\n", "bob\n") });
    const { files, total } = await d.ask("change.diff", { name: "ada" });
    expect(total).toEqual({ files: 2, added: 3, removed: 1, conflicts: 0 });
    expect(files).toMatchObject([
      { path: "f", what: "changed", hunks: [{ number: 1, old_line: 2, new_line: 2, before: ["2"], now: ["ada"] }] },
      { path: "new", what: "created", hunks: [{ before: [], now: ["1", "2"] }] },
    ]);
    expect(await summaryOf("bob")).toMatchObject({ files: 1, added: 1, removed: 1, conflicts: 0 });
    expect((await d.ask("agent.peers", {}, ada)).agents.find(({ name }) => name === "bob")?.files).toEqual(["f"]);
  });

  test("comes in pages, and as counts", async () => {
    await does("ada", Object.fromEntries(["a", "b", "c"].map((path) => [path, "x\n"])));
    const first = await d.ask("change.diff", { name: "ada", limit: 2, detail: "counts" });
    expect(first).toMatchObject({ total: { files: 3 }, next: "b", files: [{ path: "a", hunks: [] }, { path: "b" }] });
    const rest = await d.ask("change.diff", { name: "ada", limit: 2, after: "b" });
    expect(rest.files.map(({ path }) => path)).toEqual(["c"]);
    expect(rest.next).toBeUndefined();
  });

  test("an edit counts as its own even while another's command runs", async () => {
    const [a, b] = [d.puppet.link("ada"), d.puppet.link("bob")];
    await b.openCall({ id: "shell", command: "make" });
    await a.openCall({ id: "edit", paths: [inFolder("f")] });
    d.files.write("f", file(TEN.replace("5\n", "ada\n")));
    const result = (before?: Uint8Array) => ({
      bytes: Buffer.from(
        Buffer.from(before ?? [])
          .toString()
          .replace("5\n", "ada\n"),
      ),
    });
    await a.closeCall("edit", [{ path: inFolder("f"), result }]);
    await b.closeCall("shell");
    expect(await summaryOf("ada")).toMatchObject({ files: 1, conflicts: 0 });
    expect(await summaryOf("bob")).toMatchObject({ files: 0 });
  });

  test("what two commands could have done is nobody's until the person says whose it is", async () => {
    await d.puppet.link("bob").openCall({ id: "shell", command: "make" });
    await does("ada", { out: "x\n" });
    await d.puppet.link("bob").closeCall("shell");
    const { unknown } = await d.ask("change.summary", {});
    expect(unknown).toMatchObject([{ path: "out", what: "created", among: expect.arrayContaining(["ada", "bob"]) }]);
    expect((await d.ask("change.rollback", { name: "ada" })).files).toMatchObject([
      { path: "out", conflict: "unknown_author" },
    ]);
    await d.ask("change.assign", { position: unknown[0]?.position ?? 0, to: "ada" });
    expect((await d.ask("change.rollback", { name: "ada" })).files).toMatchObject([{ path: "out", what: "deleted" }]);
    expect(d.files.shown()).toEqual({ f: `644 ${TEN}` });
  });

  test("what an agent that was let go of may have done is told by its name, and can be said to be its", async () => {
    await d.puppet.link("bob").openCall({ id: "shell", command: "make" });
    await does("ada", { out: "x\n" });
    await d.puppet.link("bob").closeCall("shell");
    await d.ask("agent.stop", { name: "ada" });
    const ada = (await d.ask("agent.list", {})).find(({ name }) => name === "ada");
    if (!ada) throw new Error("ada is gone");
    const fact: Fact = { type: "agent.forgotten", data: { agent: ada } };
    await d.ledger.append({ ...fact, id: "f", actor: { kind: "system" }, subject: "agents" });
    await expect.poll(async () => (await d.ask("agent.list", {})).map(({ name }) => name)).toEqual(["bob"]);
    const { unknown } = await d.ask("change.summary", {});
    expect(unknown).toMatchObject([{ path: "out", among: expect.arrayContaining(["ada", "bob"]) }]);
    await d.ask("change.assign", { position: unknown[0]?.position ?? 0, to: "ada" });
    expect((await d.ask("change.summary", {})).unknown).toEqual([]);
  });

  test("goes on being told after a restart of the server", async () => {
    await does("ada", { f: TEN.replace("2\n", "ada\n") });
    const links = ["ada", "bob"].map((name) => d.puppet.link(name));
    await d.reopen();
    await expect.poll(() => ["ada", "bob"].every((name, at) => d.puppet.link(name) !== links[at])).toBe(true);
    expect(await summaryOf("ada")).toMatchObject({ files: 1, conflicts: 0 });
    d.files.write("g", file("while its call went on unseen\n"));
    const { unknown } = await d.ask("change.summary", {});
    expect(unknown).toMatchObject([{ path: "g" }]);
    await d.puppet.link("ada").report({ type: "idle" });
    await d.puppet.link("bob").report({ type: "idle" });
    await d.ask("change.summary", {});
    d.files.write("h", file("the person\n"));
    expect((await d.ask("change.summary", {})).unknown).toHaveLength(1);
  });
});

describe("taking back", () => {
  test("first shows what would happen, then does it, tells agents at work, and can itself be taken back", async () => {
    await does("ada", { f: TEN.replace("2\n", "ada\n"), new: "x\n" });
    await does("bob", { f: TEN.replace("2\n", "ada\n").replace("8\n", "bob\n") });
    const was = d.files.shown();
    const plan = await d.ask("change.rollback", { name: "ada", dry_run: true });
    expect(plan).toMatchObject({
      dry_run: true,
      files: [
        { path: "f", what: "changed", added: 1, removed: 1 },
        { path: "new", what: "deleted" },
      ],
    });
    expect(d.files.shown()).toEqual(was);
    const done = await d.ask("change.rollback", { name: "ada" });
    expect(done.files).toMatchObject(plan.files);
    expect(d.files.shown()).toEqual({ f: `644 ${TEN.replace("8\n", "bob\n")}` });
    expect(d.workspace.view().files.rollbacks).toMatchObject([{ id: done.id, by: "human", files: 2, undone: false }]);
    const told = () => listOf(d.workspace.view().messages).filter(({ from }) => from === "system");
    await d.workspace
      .call(ada, "x")
      .until(() => told().some(({ content }) => content.includes("took back what ada changed in f, new")), 1_000);
    expect(
      told()
        .map(({ content }) => content)
        .join(),
    ).toContain("took back what ada changed in f, new");
    const undone = await d.ask("change.undo", {});
    expect(undone).toMatchObject({ undone: done.id, files: [{ path: "f" }, { path: "new" }] });
    expect(d.files.shown()).toEqual(was);
    await expect(d.ask("change.undo", {})).rejects.toMatchObject({ code: "not_found" });
  });

  test("one hunk of one file leaves the others", async () => {
    await does("ada", { f: TEN.replace("2\n", "ada\n").replace("8\n", "ada\n") });
    await d.ask("change.rollback", { name: "ada", file: "f", hunk: 2 });
    expect(d.files.shown()).toEqual({ f: `644 ${TEN.replace("2\n", "ada\n")}` });
    await expect(d.ask("change.rollback", { name: "ada", hunk: 1 })).rejects.toMatchObject({ code: "invalid" });
  });

  test("a call that is repeated is done once", async () => {
    await does("ada", { f: TEN.replace("2\n", "ada\n") });
    const first = await d.ask("change.rollback", { name: "ada" }, undefined, "again");
    await does("ada", { f: TEN.replace("3\n", "ada\n") });
    const second = await d.ask("change.rollback", { name: "ada" }, undefined, "again");
    expect(second.id).toBe(first.id);
    expect(d.files.shown()).toEqual({ f: `644 ${TEN.replace("3\n", "ada\n")}` });
  });

  test("a call that is repeated says again what it left alone", async () => {
    await does("ada", { f: TEN.replace("2\n", "ada\n"), new: "x\n" });
    d.files.write("f", file(TEN.replace("2\n", "mine\n")));
    const [first, second] = await Promise.all(
      ["", ""].map(() => d.ask("change.rollback", { name: "ada" }, undefined, "again")),
    );
    const left = expect.objectContaining({ path: "f", conflict: "changed_since" });
    expect(first?.files).toEqual(expect.arrayContaining([left]));
    expect(second).toMatchObject({ id: first?.id, files: expect.arrayContaining([left]) });
    expect(second?.files.map(({ path }) => path).toSorted()).toEqual(["f", "new"]);
  });

  test("a whole snapshot is restored, which is the person's doing, and taken back", async () => {
    await does("ada", { f: "ada\n", new: "x\n" });
    const was = d.files.shown();
    const first = (await d.ask("snapshot.list", {})).find(({ label }) => label === "before agent ada");
    const dry = await d.ask("snapshot.restore", { id: first?.id ?? "", dry_run: true });
    expect(dry).toMatchObject({ dry_run: true, total: 2 });
    expect(d.files.shown()).toEqual(was);
    const done = await d.ask("snapshot.restore", { id: first?.id ?? "" });
    expect(d.files.shown()).toEqual({ f: `644 ${TEN}` });
    expect(await events("snapshot.restored")).toMatchObject([
      { actor: { kind: "human" }, data: { id: done.id, done: 2 } },
    ]);
    expect(await d.ask("change.undo", {})).toMatchObject({ undone: done.id });
    expect(d.files.shown()).toEqual(was);
  });

  test("agents may neither read nor take back what others did", async () => {
    await expect(d.ask("change.rollback", { name: "bob" }, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("snapshot.restore", { id: "x" }, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("change.diff", { name: "bob" }, ada)).rejects.toMatchObject({ code: "forbidden" });
  });
});

test("what an agent changed is shown and taken back also when it ended long ago", async () => {
  await does("ada", { f: TEN.replace("2\n", "ada\n") });
  await d.ask("agent.stop", { name: "ada" });
  const agent = (await d.ask("agent.list", {})).find(({ name }) => name === "ada");
  if (!agent) throw new Error("ada is gone");
  const fact = { type: "agent.forgotten" as const, data: { agent } };
  await d.ledger.append({ ...fact, id: "long ago", actor: { kind: "system" }, subject: "agents" });
  await expect.poll(() => d.ask("agent.list", {})).toMatchObject([{ name: "bob" }]);
  expect((await d.ask("change.diff", { name: "ada" })).total).toMatchObject({ files: 1, added: 1, removed: 1 });
  expect((await d.ask("change.rollback", { name: "ada" })).files).toMatchObject([{ path: "f" }]);
  expect(d.files.shown()).toEqual({ f: `644 ${TEN}` });
  await expect(d.ask("change.diff", { name: "nobody" })).rejects.toThrow('no agent "nobody"');
});

describe("guards", () => {
  beforeEach(() => does("bob", { f: TEN.replace("8\n", "bob\n") }));

  test("a whole-tree command is asked for while others have work there, with a snapshot that holds it", async () => {
    const objection = await does("ada", {}, { command: "git reset --hard" });
    expect(objection).toMatchObject({ decision: "ask", reason: expect.stringContaining("f.") });
    const [guarded] = await events("files.guarded");
    expect(guarded).toMatchObject({ data: { decision: "ask", snapshot: expect.any(String) } });
    expect((await d.ask("snapshot.list", {}))[0]).toMatchObject({ label: "before `git reset --hard` by ada" });
    expect(await does("bob", {}, { command: "git reset --hard" })).toBeUndefined();
    expect(await does("ada", {}, { command: "git status && rm -r unrelated" })).toBeUndefined();
  });

  test("a policy decides for the person", async () => {
    await d.ask("policy.set", { decision: "deny", tool: "whole-tree" });
    expect(await does("ada", {}, { command: "git checkout ." })).toMatchObject({ decision: "deny" });
    await d.ask("policy.remove", { id: (await d.ask("policy.list", {}))[0]?.id ?? "" });
    await d.ask("policy.set", { decision: "allow", tool: "whole-tree" });
    expect(await does("ada", {}, { command: "git checkout ." })).toBeUndefined();
    await d.workspace
      .call(ada, "x")
      .until(({ messages }) => listOf(messages).some(({ content }) => content.includes("`git checkout")), 1_000);
    expect(listOf(d.workspace.view().messages).at(-1)).toMatchObject({ from: "system", to: "ada" });
  });
});

test("two agents that change the same file within minutes are both told, once", async () => {
  await does("ada", { f: TEN.replace("2\n", "ada\n") });
  await does("bob", { f: TEN.replace("2\n", "bob\n") });
  await does("ada", { f: TEN.replace("2\n", "ada again\n") });
  await d.workspace.call(ada, "x").until(({ messages }) => listOf(messages).length >= 2, 1_000);
  const { messages, files } = d.workspace.view();
  expect(files.collisions).toMatchObject([{ path: "f" }]);
  expect(listOf(messages).map(({ to, content }) => [to, content.split(" within")[0]])).toEqual([
    ["bob", "ada and you both changed f"],
    ["ada", "bob and you both changed f"],
  ]);
});

test("where a workspace wants it, shell commands of two agents do not run at once", async () => {
  await d.ask("settings.set", { shell_calls: "in_turn" });
  const [a, b] = [d.puppet.link("ada"), d.puppet.link("bob")];
  await a.openCall({ id: "1", command: "make" });
  const waits = b.openCall({ id: "2", command: "make" });
  expect(await Promise.race([waits, new Promise((resolve) => setTimeout(() => resolve("waits"), 50))])).toBe("waits");
  await a.closeCall("1");
  expect(await waits).toBeUndefined();
  await b.closeCall("2");
});

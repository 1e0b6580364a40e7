import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";
import { REMOVED_KEYS } from "../contract/view.ts";

describe("shared context", () => {
  it("gives every write a revision and says who wrote it", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    expect(await d.ask("context.write", { key: "a/b", value: "1" }, ada)).toMatchObject({ revision: 1, by: "ada" });
    expect(await d.ask("context.write", { key: "a/b", value: "2" })).toMatchObject({ revision: 2, by: "human" });
    expect(await d.ask("context.get", { key: "a/b" })).toMatchObject({ value: "2", revision: 2 });
  });

  it("lets exactly one of many racers win a revision", async () => {
    await using d = await desk();
    await d.ask("context.write", { key: "k", value: "0" });
    const races = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => d.ask("context.write", { key: "k", value: `${i}`, expect_revision: 1 })),
    );
    expect(races.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await d.ask("context.get", { key: "k" })).toMatchObject({ revision: 2 });
  });

  it("answers a repeated call with its first result and writes once", async () => {
    await using d = await desk();
    const first = await d.ask("context.write", { key: "k", value: "1", expect_revision: 0 }, undefined, "same");
    const again = await d.ask("context.write", { key: "k", value: "1", expect_revision: 0 }, undefined, "same");
    expect(again).toEqual(first);
    expect(await d.ask("context.history", { key: "k" })).toHaveLength(1);
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])(
    "takes %s for a key like any other",
    async (key) => {
      await using d = await desk();
      const ada = await d.spawn("ada");
      expect(await d.ask("context.read", { key }, ada)).toEqual({ entries: [] });
      await expect(d.ask("context.get", { key })).rejects.toMatchObject({ code: "not_found" });
      expect(await d.ask("context.write", { key, value: "1", expect_revision: 0 }, ada)).toMatchObject({ revision: 1 });
      expect(await d.ask("context.read", { key }, ada)).toMatchObject({ entries: [{ key, value: "1" }] });
      expect(await d.ask("context.remove", { key })).toEqual({ key, revision: 2 });
      await expect(d.ask("context.get", { key })).rejects.toMatchObject({ code: "not_found" });
    },
  );

  it("keeps the history of a removed key and never reuses a revision", async () => {
    await using d = await desk();
    await d.ask("context.write", { key: "k", value: "1" });
    expect(await d.ask("context.remove", { key: "k" })).toEqual({ key: "k", revision: 2 });
    await expect(d.ask("context.get", { key: "k" })).rejects.toMatchObject({ code: "not_found" });
    expect(await d.ask("context.write", { key: "k", value: "3", expect_revision: 0 })).toMatchObject({ revision: 3 });
    const history = await d.ask("context.history", { key: "k" });
    expect(history.map(({ revision, value }) => [revision, value])).toEqual([
      [3, "3"],
      [2, undefined],
      [1, "1"],
    ]);
  });

  it("holds long values whole although the view is bounded", async () => {
    await using d = await desk();
    const value = "é".repeat(100_000);
    await d.ask("context.write", { key: "long", value });
    expect((await d.ask("context.get", { key: "long" })).value).toBe(value);
    expect((await d.ask("context.read", { key: "long" })).entries[0]?.value).toBe(value);
    expect(d.workspace.view().context["long"]?.value.length).toBeLessThan(10_000);
  });

  it.each(["", "a\nb", "a\u0000", " a", "x".repeat(201), "a\u2028b"])("refuses the key %j", async (key) => {
    await using d = await desk();
    await expect(d.ask("context.write", { key, value: "1" })).rejects.toMatchObject({ code: "invalid" });
  });

  it("refuses a value over the limit and keeps what was there", async () => {
    await using d = await desk();
    await d.ask("context.write", { key: "k", value: "kept" });
    await expect(d.ask("context.write", { key: "k", value: "x".repeat(256_001) })).rejects.toMatchObject({
      code: "too_large",
    });
    expect((await d.ask("context.get", { key: "k" })).value).toBe("kept");
  });

  it("tells an agent when a key it has read changes, but not of its own writes", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    await d.ask("context.read", { key: "plan" }, ada);
    await d.ask("context.write", { key: "plan", value: "mine" }, ada);
    await d.ask("context.write", { key: "plan", value: "theirs" });
    await expect
      .poll(() => d.puppet.handed.flatMap(({ parcels }) => parcels.map(({ text }) => text)).join())
      .toContain('"plan", which you have read, changed');
    expect(d.puppet.handed.flatMap(({ parcels }) => parcels)).toHaveLength(1);
  });

  it("changed right before a crash is told to its readers when the server comes back", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    await d.ask("context.write", { key: "api", value: "v1" });
    await d.ask("context.read", { key: "api" }, ada);
    await d.workspace.close();
    await d.ledger.append({
      ...{ type: "context.written", data: { key: "api", value: "v2", revision: 2 }, id: "w2" },
      ...{ actor: { kind: "human" }, subject: "context/api" },
    });
    await d.reopen();
    await expect.poll(() => d.puppet.handed.map(({ parcels }) => parcels[0]?.text)).toHaveLength(1);
    expect(d.puppet.handed[0]?.parcels[0]?.text).toContain('"api", which you have read, changed');
  });

  it("pages through the history of a key, and no answer grows without end", async () => {
    await using d = await desk();
    for (let i = 1; i <= 120; i++) await d.ask("context.write", { key: "k", value: `${i}` });
    const seen: number[] = [];
    for (let before: number | undefined; before !== 1; before = seen.at(-1)) {
      const page = await d.ask("context.history", { key: "k", limit: 50, before });
      seen.push(...page.map(({ revision }) => revision));
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, i) => 120 - i));
    expect(await d.ask("context.history", { key: "k", before: 1 })).toEqual([]);
    for (let i = 0; i < 12; i++) await d.ask("context.write", { key: "long", value: "x".repeat(250_000) });
    const page = await d.ask("context.history", { key: "long" });
    expect(page.map(({ revision }) => revision)).toEqual([12, 11, 10, 9, 8, 7, 6, 5]);
  });

  it("restores an earlier revision as a new one, also of a removed key", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.ask("context.write", { key: "k", value: "good" }, ada);
    await d.ask("context.write", { key: "k", value: "bad" });
    await d.ask("context.remove", { key: "k" });
    expect(await d.ask("context.restore", { key: "k", revision: 1, expect_revision: 0 })).toMatchObject({
      ...{ key: "k", value: "good", revision: 4, by: "human" },
    });
    await expect(d.ask("context.restore", { key: "k", revision: 2, expect_revision: 1 })).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(d.ask("context.restore", { key: "k", revision: 3 })).rejects.toMatchObject({ code: "invalid" });
    await expect(d.ask("context.restore", { key: "k", revision: 99 })).rejects.toMatchObject({ code: "not_found" });
    expect(await d.ask("context.get", { key: "k" })).toMatchObject({ value: "good", revision: 4 });
  });

  it("goes on counting revisions of keys that were removed so long ago that the view has let go of them", async () => {
    await using d = await desk();
    await d.ask("context.write", { key: "first", value: "1" });
    await d.ask("context.remove", { key: "first" });
    for (let i = 0; i < REMOVED_KEYS; i++) {
      const [key, actor] = [`k${i}`, { kind: "human" as const }];
      const base = { actor, subject: `context/${key}` };
      await d.ledger.append({ type: "context.written", data: { key, value: "x", revision: 1 }, id: `w${i}`, ...base });
      await d.ledger.append({ type: "context.removed", data: { key, revision: 2 }, id: `r${i}`, ...base });
    }
    await expect.poll(() => "first" in d.workspace.view().revisions).toBe(false);
    expect(Object.keys(d.workspace.view().revisions)).toHaveLength(REMOVED_KEYS);
    expect(await d.ask("context.history", { key: "first" })).toHaveLength(2);
    expect((await d.ask("context.write", { key: "first", value: "2", expect_revision: 0 })).revision).toBe(3);
    await expect(d.ask("context.history", { key: "never" })).rejects.toMatchObject({ code: "not_found" });
  });
});

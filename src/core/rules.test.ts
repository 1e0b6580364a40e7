import { writeFileSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";

describe("rules", () => {
  const path = async (d: Awaited<ReturnType<typeof desk>>) => (await d.ask("rules.path", {})).path;

  it("are written to the file, and edits of the file become revisions of the person", async () => {
    await using d = await desk();
    expect(await d.ask("rules.update", { text: "one\n" })).toMatchObject({ revision: 1, by: "human" });
    await expect.poll(async () => readFile(await path(d), "utf8")).toBe("one\n");
    await writeFile(await path(d), "two\n");
    await expect
      .poll(async () => d.ask("rules.read", {}), { timeout: 5000 })
      .toMatchObject({ text: "two\n", revision: 2, by: "human" });
  });

  it("in force survive a deleted and an unreadable file, which is said", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    await expect.poll(async () => readFile(await path(d), "utf8")).toBe("one");
    await rm(await path(d));
    const said = async () =>
      (await d.ask("event.list", { type: "rules.unreadable" })).map(({ data }) => String(data["why"]));
    await expect.poll(said, { timeout: 5000 }).toMatchObject([expect.stringContaining("was deleted")]);
    expect(await d.ask("event.list", { type: "rules.unreadable" })).toMatchObject([{ actor: { kind: "system" } }]);
    await writeFile(await path(d), Buffer.from([0xff, 0xfe, 0x00, 0xc3]));
    await expect.poll(said, { timeout: 5000 }).toMatchObject([expect.anything(), expect.stringContaining("not UTF-8")]);
    expect(await d.ask("rules.read", {})).toMatchObject({ text: "one", revision: 1 });
    await chmod(await path(d), 0o600);
  });

  it("edited while no server ran count when it comes back", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    await expect.poll(async () => readFile(await path(d), "utf8")).toBe("one");
    const file = await path(d);
    await d.workspace.close();
    await writeFile(file, "edited");
    await d.reopen();
    expect(await d.ask("rules.read", {})).toMatchObject({ text: "edited", revision: 2 });
  });

  it("are not overwritten by somebody who has not read the newest", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.ask("rules.update", { text: "one" });
    await expect(d.ask("rules.update", { text: "two", expect_revision: 0 }, ada)).rejects.toMatchObject({
      code: "conflict",
    });
    expect(await d.ask("rules.update", { text: "two", expect_revision: 1 }, ada)).toMatchObject({
      revision: 2,
      by: "ada",
    });
  });

  it("too long are refused, and the last revision stays in force", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    await expect(d.ask("rules.update", { text: "x".repeat(256_001) })).rejects.toMatchObject({ code: "too_large" });
    expect(await d.ask("rules.read", {})).toMatchObject({ text: "one", revision: 1 });
  });

  it("changed are told to running agents but do not wake those that are done; reading them is noted", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    await d.spawn("bo");
    await d.puppet.link("ada").report({ type: "working" });
    await d.puppet.link("bo").report({ type: "working" });
    await d.puppet.link("bo").report({ type: "idle" });
    await d.ask("rules.update", { text: "new" });
    await expect.poll(() => d.puppet.handed.map(({ agent }) => agent)).toEqual(["ada"]);
    const read = async () => (await d.ask("agent.list", {})).find(({ name }) => name === "ada")?.rules_revision;
    expect(await read()).toBe(0);
    await d.ask("rules.read", {}, ada);
    expect(await read()).toBe(1);
    await d.ask("message.send", { to: "bo", content: "wake" });
    await expect
      .poll(() =>
        d.puppet.handed.find(({ agent }) => agent === "bo")?.parcels.map(({ text }) => text.includes("rules")),
      )
      .toEqual([true, false]);
  });

  const updated = (text: string, revision: number) => ({
    ...{ type: "rules.updated" as const, data: { text, revision } },
    ...{ id: `u${revision}`, actor: { kind: "human" as const }, subject: "rules" },
  });

  it("updated right before a crash are not undone by the file that had not been written yet", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    const file = await path(d);
    await expect.poll(async () => readFile(file, "utf8")).toBe("one");
    await d.workspace.close();
    await d.ledger.append(updated("two", 2));
    await d.reopen();
    expect(await d.ask("rules.read", {})).toMatchObject({ text: "two", revision: 2 });
    expect(await readFile(file, "utf8")).toBe("two");
  });

  it("that a person set back to an earlier text while no server ran count as an edit", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    await d.ask("rules.update", { text: "two" });
    const file = await path(d);
    await expect.poll(async () => readFile(file, "utf8")).toBe("two");
    await d.workspace.close();
    await writeFile(file, "one");
    await d.reopen();
    expect(await d.ask("rules.read", {})).toMatchObject({ text: "one", revision: 3 });
  });

  it("edited at the moment of an update are both in the ledger, and the file keeps the person's words", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    const file = await path(d);
    await expect.poll(async () => readFile(file, "utf8")).toBe("one");
    writeFileSync(file, "the person's");
    await d.ask("rules.update", { text: "an agent's" });
    await expect
      .poll(async () => (await d.ask("event.list", { type: "rules.updated" })).map(({ data }) => data["text"]))
      .toEqual(["one", "an agent's", "the person's"]);
    expect(await d.ask("rules.read", {})).toMatchObject({ text: "the person's" });
    expect(await readFile(file, "utf8")).toBe("the person's");
  });

  it("set anew after the file was deleted are written, even when the text is the same", async () => {
    await using d = await desk();
    await d.ask("rules.update", { text: "one" });
    const file = await path(d);
    await expect.poll(async () => readFile(file, "utf8")).toBe("one");
    await rm(file);
    await expect.poll(() => d.ask("event.list", { type: "rules.unreadable" }), { timeout: 5000 }).toHaveLength(1);
    await d.ask("rules.update", { text: "one" });
    await expect.poll(async () => readFile(file, "utf8").catch(() => "")).toBe("one");
  });

  it("changed right before a crash are told to running agents when the server comes back, once", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    await d.workspace.close();
    await d.ledger.append(updated("two", 1));
    await d.reopen();
    await expect.poll(() => d.puppet.handed.length).toBe(1);
    await d.reopen();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(d.puppet.handed.map(({ parcels }) => parcels.length)).toEqual([1]);
  });

  it("keep every revision: who wrote it, when, and its text", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    for (let i = 1; i <= 45; i++) await d.ask("rules.update", { text: `rule ${i}` }, i === 2 ? ada : undefined);
    const seen: number[] = [];
    for (let before: number | undefined; before !== 1; before = seen.at(-1)) {
      const page = await d.ask("rules.history", { before, limit: 10 });
      seen.push(...page.map(({ revision }) => revision));
    }
    expect(seen).toEqual(Array.from({ length: 45 }, (_, i) => 45 - i));
    const [second] = await d.ask("rules.history", { before: 3, limit: 1 });
    expect(second).toEqual({ revision: 2, by: "ada", at: expect.any(String), size: 6 });
    expect(await d.ask("rules.revision", { revision: 2 })).toMatchObject({ text: "rule 2", by: "ada" });
    await expect(d.ask("rules.revision", { revision: 46 })).rejects.toMatchObject({ code: "not_found" });
  });
});

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";
import { shellAddress } from "../contract/shell-address.ts";
import { SHELLS_LIMIT } from "../contract/shell.ts";

describe("a person's own shells", () => {
  it("open in the workspace's folder, in one inside it, or in an agent's", async () => {
    await using d = await desk();
    await mkdir(join(d.folder, "src/deep"), { recursive: true });
    await d.spawn("ada", { cwd: "src" });
    expect(await d.ask("shell.open", {})).toMatchObject({ cwd: d.folder });
    expect(await d.ask("shell.open", { folder: "src/deep" })).toMatchObject({ cwd: join(d.folder, "src/deep") });
    const beside = await d.ask("shell.open", { agent: "ada" });
    expect(beside).toMatchObject({ cwd: join(d.folder, "src"), agent: "ada" });
    expect(await d.ask("shell.list", {})).toHaveLength(3);
    const terminal = d.workspace.terminalOf(shellAddress(beside.id));
    expect(d.terminals.running).toContain(terminal);
    expect(d.workspace.terminalOf("ada")).not.toBe(terminal);
  });

  it("open nowhere else, and for nobody else", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    for (const folder of ["..", "/etc", "nothing"])
      await expect(d.ask("shell.open", { folder })).rejects.toMatchObject({ code: "invalid" });
    await expect(d.ask("shell.open", { agent: "nobody" })).rejects.toMatchObject({ code: "not_found" });
    await expect(d.ask("shell.open", { agent: "ada", folder: "." })).rejects.toMatchObject({ code: "invalid" });
    await expect(d.ask("shell.open", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
    await expect(d.ask("shell.list", {}, ada)).rejects.toMatchObject({ code: "forbidden" });
    expect(d.workspace.view().shells).toEqual([]);
  });

  it("are limited in number, however many are asked for at once; a repeated call opens none twice", async () => {
    await using d = await desk();
    const asked = await Promise.allSettled(Array.from({ length: SHELLS_LIMIT + 5 }, () => d.ask("shell.open", {})));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(SHELLS_LIMIT);
    const [first] = await d.ask("shell.list", {});
    await d.ask("shell.close", { id: first?.id ?? "" });
    const opened = await d.ask("shell.open", {}, undefined, "same");
    expect(await d.ask("shell.open", {}, undefined, "same")).toEqual(opened);
    expect(await d.ask("shell.list", {})).toHaveLength(SHELLS_LIMIT);
  });

  it("end when they are closed, and are then no address any more", async () => {
    await using d = await desk();
    const { id } = await d.ask("shell.open", {});
    const terminal = d.workspace.terminalOf(shellAddress(id)) ?? "";
    expect(await d.ask("shell.close", { id }, undefined, "same")).toEqual({ closed: id });
    expect(d.terminals.running).not.toContain(terminal);
    expect(d.workspace.terminalOf(shellAddress(id))).toBeUndefined();
    expect(await d.ask("shell.close", { id }, undefined, "same")).toEqual({ closed: id });
    await expect(d.ask("shell.close", { id })).rejects.toMatchObject({ code: "not_found" });
  });

  it("go on while the server is away; one that ended meanwhile is gone when it comes back", async () => {
    await using d = await desk();
    const lives = await d.ask("shell.open", {});
    const died = await d.ask("shell.open", {});
    d.terminals.started.delete(d.workspace.terminalOf(shellAddress(died.id)) ?? "");
    await d.reopen();
    await expect.poll(() => d.workspace.view().shells.map(({ id }) => id)).toEqual([lives.id]);
    expect(d.terminals.running).toContain(d.workspace.terminalOf(shellAddress(lives.id)));
  });

  it("that were closed just before a crash do not go on unseen", async () => {
    await using d = await desk();
    const { id } = await d.ask("shell.open", {});
    const terminal = d.workspace.terminalOf(shellAddress(id)) ?? "";
    await d.workspace.close();
    await d.ledger.append({
      ...{ type: "shell.closed", data: { id }, id: "closed", subject: `shell/${id}` },
      actor: { kind: "human" },
    });
    await d.reopen();
    await expect.poll(() => d.terminals.running).not.toContain(terminal);
  });
});

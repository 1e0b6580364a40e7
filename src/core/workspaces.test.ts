import { randomUUID } from "node:crypto";
import { mkdir, rm, symlink } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testHome, type TestHome } from "../../test/server/home.ts";
import type { Input, Output } from "../contract/operation.ts";
import type { OperationName, Operations } from "../contract/operations.ts";
import { agentCaller, person, type Caller } from "./caller.ts";

let home: TestHome;
beforeAll(async () => {
  home = await testHome();
});
afterAll(() => home[Symbol.asyncDispose]());

async function ask<N extends OperationName>(name: N, input: Input<Operations[N]>, caller: Caller = person) {
  const call = { requestId: randomUUID() };
  return (await home.core.invoke(name, input, caller, call)) as Output<Operations[N]>;
}

describe("workspaces", () => {
  it("asks once whether a folder is trusted, and remembers the answer beyond its closing", async () => {
    const path = `${home.folder}/gamma`;
    await mkdir(path);
    await expect(ask("workspace.open", { path })).rejects.toMatchObject({
      code: "conflict",
      details: { needs: "trust", path },
    });
    expect((await ask("workspace.list", {})).map((each) => each.path)).not.toContain(path);
    const { id } = await ask("workspace.open", { path, trust: true });
    expect(await ask("workspace.open", { path })).toMatchObject({ id });
    await ask("workspace.close", { id });
    expect(await ask("workspace.open", { path })).toMatchObject({ id, path });
  });

  it("lists what was opened lately, closed or gone ones too", async () => {
    const path = `${home.folder}/delta`;
    await mkdir(path);
    const { id } = await ask("workspace.open", { path, trust: true });
    await ask("workspace.close", { id });
    await rm(path, { recursive: true });
    const recent = await ask("workspace.recent", {});
    expect(recent[0]).toMatchObject({ id, open: false });
    expect(recent).toContainEqual(expect.objectContaining({ id: home.workspace.id, open: true }));
  });

  it("closes only where no agent is alive; a closed one is gone from every call until it is opened again", async () => {
    const path = `${home.folder}/epsilon`;
    await mkdir(path);
    const info = await ask("workspace.open", { path, trust: true });
    const busy = await home.agent("busy", info);
    await expect(ask("workspace.close", { id: info.id })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("busy"),
    });
    expect(home.core.agent(info.id, busy.id)).toBeDefined();
    const at = { workspace: info.id, requestId: randomUUID() };
    await home.core.invoke("agent.stop", { name: "busy" }, person, at);
    await ask("workspace.close", { id: info.id });
    expect(await ask("workspace.close", { id: info.id })).toEqual({ closed: info.id });
    await expect(home.core.invoke("agent.list", {}, person, at)).rejects.toMatchObject({ code: "not_found" });
    await expect(ask("workspace.close", { id: "never" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("lets no agent open, close or look around", async () => {
    const agent = agentCaller(home.workspace.id, "a", "ada");
    await expect(ask("workspace.open", { path: "/", trust: true }, agent)).rejects.toMatchObject({ code: "forbidden" });
    await expect(ask("workspace.close", { id: home.workspace.id }, agent)).rejects.toMatchObject({ code: "forbidden" });
    await expect(ask("folder.list", {}, agent)).rejects.toMatchObject({ code: "forbidden" });
    await expect(ask("workspace.recent", {}, agent)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("folders of this machine", () => {
  it("are listed by name with what matters for opening one, in pages", async () => {
    const top = `${home.folder}/look`;
    for (const name of ["b/.git", "a", ".hidden"]) await mkdir(`${top}/${name}`, { recursive: true });
    await symlink(`${top}/a`, `${top}/c`);
    await symlink("/etc/passwd", `${top}/file-link`);
    const all = await ask("folder.list", { path: top });
    expect(all.folders.map(({ name, git, hidden }) => [name, git, hidden])).toEqual([
      [".hidden", false, true],
      ["a", false, false],
      ["b", true, false],
      ["c", false, false],
    ]);
    expect(all).toMatchObject({ path: top, parent: home.folder, git: false, complete: true });
    expect(all.next).toBeUndefined();
    const page = await ask("folder.list", { path: top, limit: 2 });
    expect(page.next).toBe("a");
    expect(
      (await ask("folder.list", { path: top, after: page.next, limit: 2 })).folders.map((one) => one.name),
    ).toEqual(["b", "c"]);
  });

  it("start at the person's home; what cannot be listed is refused in plain words", async () => {
    expect((await ask("folder.list", {})).path).toBe(process.env["HOME"]);
    await expect(ask("folder.list", { path: `${home.folder}/nothing` })).rejects.toMatchObject({ code: "invalid" });
    await expect(ask("folder.list", { path: "/tmp/\0x" })).rejects.toMatchObject({ code: "invalid" });
  });
});

describe("services", () => {
  it("are listed with what was found of each, for agents too", async () => {
    const found = { service: "idle", title: "Idle", ready: true, built_in: false, path: "/bin/true" };
    expect(await ask("service.list", {})).toEqual([expect.objectContaining(found)]);
    expect(await ask("service.list", {}, agentCaller(home.workspace.id, "a", "ada"))).toHaveLength(1);
  });
});

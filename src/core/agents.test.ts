import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { desk } from "../../test/rig/core.ts";
import { ClustrError } from "../contract/error.ts";
import { agentCaller } from "./caller.ts";

describe("agents", () => {
  it("go from spawning over running to done, and a message makes them run again", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const status = async () =>
      (await d.ask("agent.list", {})).map(({ status, outcome, live }) => ({ status, outcome, live }))[0];
    expect(await status()).toMatchObject({ status: "spawning", live: true });
    const link = d.puppet.link("ada");
    await link.report({ type: "working", activity: "reading" });
    expect(await status()).toMatchObject({ status: "running" });
    await link.report({ type: "idle" });
    expect(await status()).toEqual({ status: "done", outcome: "finished", live: true });
    await link.report({ type: "working" });
    expect(await status()).toMatchObject({ status: "running", outcome: undefined });
  });

  it("that cannot start are failed with the remedy", async () => {
    await using d = await desk();
    d.puppet.refusal = new ClustrError("unavailable", "Not logged in. Run `puppet login`.");
    await d.ask("agent.spawn", { name: "ada", task: "x", service: "puppet" });
    await expect
      .poll(async () => (await d.ask("agent.list", {}))[0])
      .toMatchObject({ status: "done", outcome: "failed", live: false, reason: "Not logged in. Run `puppet login`." });
  });

  it("have names that are unique among live agents, whoever is faster", async () => {
    await using d = await desk();
    const races = await Promise.allSettled(
      ["ada", "Ada", "аda", "a-d-a"].map((name) => d.ask("agent.spawn", { name, task: "x", service: "puppet" })),
    );
    expect(races.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("stop at the limit of live agents, whoever is faster", async () => {
    await using d = await desk();
    d.limits.live_agents = 3;
    const races = await Promise.allSettled(
      Array.from({ length: 10 }, (_, i) => d.ask("agent.spawn", { name: `agent-${i}x`, task: "x", service: "puppet" })),
    );
    expect(races.filter(({ status }) => status === "fulfilled")).toHaveLength(3);
  });

  it("spawn others within depth and rate, never with more autonomy than they have", async () => {
    await using d = await desk();
    d.limits.spawn_depth = 1;
    d.limits.spawns_per_minute = 2;
    const ada = await d.spawn("ada", { autonomy: "ask" });
    await expect(d.ask("agent.spawn", { name: "bo", task: "x", autonomy: "auto" }, ada)).rejects.toMatchObject({
      code: "forbidden",
    });
    const bo = await d.spawn("bo", {}, ada);
    expect((await d.ask("agent.list", {})).find(({ name }) => name === "bo")).toMatchObject({
      spawned_by: "ada",
      depth: 1,
      autonomy: "ask",
      service: "puppet",
    });
    await expect(d.ask("agent.spawn", { name: "cy", task: "x" }, bo)).rejects.toMatchObject({ code: "limited" });
    await d.ask("agent.spawn", { name: "dan", task: "x" }, ada);
    await expect(d.ask("agent.spawn", { name: "eve", task: "x" }, ada)).rejects.toMatchObject({
      code: "limited",
      message: expect.stringContaining("do not retry"),
    });
  });

  it("work only in folders inside the workspace", async () => {
    await using d = await desk();
    await mkdir(join(d.folder, "inner"));
    await writeFile(join(d.folder, "file"), "");
    await symlink("/etc", join(d.folder, "way-out"));
    for (const cwd of [
      "..",
      "../..",
      "/etc",
      "way-out",
      "missing",
      "file",
      "inner/../..",
      `${d.folder}-evil`,
      "a\0b",
      "inner/../../../etc",
    ]) {
      await expect(d.ask("agent.spawn", { name: "ada", task: "x", service: "puppet", cwd }), cwd).rejects.toMatchObject(
        { code: "invalid" },
      );
    }
    expect(await d.ask("agent.spawn", { name: "ada", task: "x", service: "puppet", cwd: "inner" })).toMatchObject({
      cwd: expect.stringMatching(/inner$/),
    });
  });

  it("of an unknown service are refused at once, with the known ones", async () => {
    await using d = await desk();
    await expect(d.ask("agent.spawn", { name: "ada", task: "x", service: "gpt" })).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringContaining("puppet"),
    });
  });

  it("may not stop, watch or speak as others", async () => {
    await using d = await desk();
    const ada = await d.spawn("ada");
    for (const [name, input] of [
      ["agent.stop", { name: "ada" }],
      ["agent.remove", { name: "ada" }],
      ["terminal.screen", { name: "ada" }],
      ["message.list", {}],
      ["event.list", {}],
      ["token.create", {}],
    ] as const) {
      await expect(d.ask(name, input as never, ada), name).rejects.toMatchObject({ code: "forbidden" });
    }
  });

  it("started elsewhere join by a token under a name of their own", async () => {
    await using d = await desk();
    await d.ask("token.create", {});
    const id = Object.keys(d.workspace.view().invites)[0] ?? "";
    const guest = d.workspace.agent(id) ?? agentCaller("w1", "?", "?");
    await expect(d.ask("agent.report", { working_on: "x" }, guest)).rejects.toMatchObject({ code: "not_found" });
    await expect(d.ask("agent.register", { name: "human1" }, guest)).rejects.toMatchObject({ code: "invalid" });
    expect(await d.ask("agent.register", { name: "gus", working_on: "visiting" }, guest)).toMatchObject({
      name: "gus",
      external: true,
      status: "running",
      working_on: "visiting",
    });
    expect(await d.ask("message.send", { to: "human", content: "hi" }, d.workspace.agent(id))).toMatchObject({
      from: "gus",
    });
    await d.ask("agent.remove", { name: "gus" });
    expect(d.workspace.agent(id)).toBeUndefined();
  });

  it("that were live when a crash took terminal and server are lost, and can be restarted", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.puppet.link("ada").report({ type: "working" });
    d.puppet.links.clear();
    await d.reopen();
    await expect
      .poll(async () => (await d.ask("agent.list", {}))[0])
      .toMatchObject({ status: "done", outcome: "lost", live: false });
    expect(await d.ask("agent.restart", { name: "ada" })).toMatchObject({ status: "spawning", run: 2 });
  });

  it("stop on request; the record stays until it is removed", async () => {
    await using d = await desk();
    await d.spawn("ada");
    expect(await d.ask("agent.stop", { name: "ada" })).toMatchObject({
      status: "done",
      outcome: "stopped",
      live: false,
    });
    await expect(d.ask("agent.stop", { name: "ada" })).rejects.toMatchObject({ code: "conflict" });
    expect(await d.ask("agent.remove", { name: "ada" })).toEqual({ removed: "ada" });
    expect(await d.ask("agent.list", {})).toEqual([]);
  });

  it("ask for attention and go on when it was given", async () => {
    await using d = await desk();
    await d.spawn("ada");
    const link = d.puppet.link("ada");
    await link.report({ type: "working" });
    await link.report({ type: "attention", item: { kind: "permission", title: "Run a command", detail: "rm x" } });
    expect((await d.ask("agent.list", {}))[0]).toMatchObject({
      status: "running",
      attention: { title: "Run a command", detail: "rm x" },
    });
    await link.report({ type: "resolved" });
    expect((await d.ask("agent.list", {}))[0]?.attention).toBeUndefined();
  });

  it("that were invited can neither write nor spawn before they have registered", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.ask("token.create", { name: "guest" });
    const guest = d.workspace.agent(Object.keys(d.workspace.view().invites)[0] ?? "");
    const refused = { code: "conflict", message: expect.stringContaining("register_agent") };
    await expect(d.ask("message.send", { to: "ada", content: "psst" }, guest)).rejects.toMatchObject(refused);
    await expect(
      d.ask("agent.spawn", { name: "child", task: "x", service: "puppet", autonomy: "full" }, guest),
    ).rejects.toMatchObject(refused);
    await expect(d.ask("context.write", { key: "a", value: "b" }, guest)).rejects.toMatchObject(refused);
    await d.ask("agent.register", {}, guest);
    expect(await d.ask("message.send", { to: "ada", content: "hello" }, guest)).toMatchObject({ from: "guest" });
  });

  it("from elsewhere keep their name while they are silent, so that nobody can be taken for them", async () => {
    await using d = await desk();
    await d.ask("token.create", { name: "guest" });
    const id = Object.keys(d.workspace.view().invites)[0] ?? "";
    await d.ask("agent.register", {}, d.workspace.agent(id));
    const lost = { id, run: 1, status: "done" as const, outcome: "lost" as const, sure: true, live: false };
    const actor = { kind: "system" as const };
    await d.ledger.append({ type: "agent.status", data: lost, id: "lost", actor, subject: `agent/${id}` });
    await expect(d.ask("agent.spawn", { name: "Guest", task: "x", service: "puppet" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("clustr rm guest"),
    });
    await d.ask("agent.remove", { name: "guest" });
    await d.spawn("guest");
  });

  it("announce themselves although the server died right after they joined", async () => {
    await using d = await desk();
    await d.ask("token.create", { name: "guest" });
    const id = Object.keys(d.workspace.view().invites)[0] ?? "";
    await d.ask("agent.register", {}, d.workspace.agent(id), "r1");
    const again = await d.ask("agent.register", { working_on: "the parser" }, d.workspace.agent(id), "r1");
    expect(again).toMatchObject({ name: "guest", working_on: "the parser" });
  });

  it("started anew count towards the limit of live agents too", async () => {
    await using d = await desk();
    d.limits.live_agents = 1;
    await d.spawn("ada");
    await d.ask("agent.stop", { name: "ada" });
    await d.spawn("bo");
    await expect(d.ask("agent.restart", { name: "ada" })).rejects.toMatchObject({ code: "limited" });
    await d.ask("agent.restart", { name: "bo" });
  });

  it("removed by a call that is repeated are removed once, with the same answer", async () => {
    await using d = await desk();
    await d.spawn("ada");
    await d.ask("agent.stop", { name: "ada" });
    const first = await d.ask("agent.remove", { name: "ada" }, undefined, "r1");
    expect(await d.ask("agent.remove", { name: "ada" }, undefined, "r1")).toEqual(first);
  });
});

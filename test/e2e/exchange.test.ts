import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openStand, until } from "../gate/stand.ts";

vi.setConfig({ testTimeout: 120_000 });

test("a workspace goes into one file while it is at work, and comes out of it elsewhere with nothing lost and nothing going on", async () => {
  await using stand = await openStand();
  const { clustr, project } = stand;
  const { client } = clustr;
  const base = join(clustr.home, "workspaces", clustr.ready.workspace);
  const id = await stand.quiet("ada");
  writeFileSync(join(project, "a.txt"), "first\n");
  const { id: snapshot } = await client.call("snapshot.take", {});
  writeFileSync(join(project, "a.txt"), "second\n");
  await client.call("rules.update", { text: "Be kind." });
  await client.call("context.write", { key: "plan", value: "all of it" });
  await client.call("settings.set", { auto_resume: "on" });
  await client.call("policy.set", { decision: "allow", tool: "*" });
  await client.call("policy.set", { decision: "deny", tool: "Bash" });
  await client.call("shell.open", {});
  await client.call("message.send", { to: "ada", content: "kept" });
  await until("the snapshots stand alone", () => !existsSync(join(base, "snapshots.git/objects/info/alternates")));

  const writing = new AbortController();
  const busy = (async () => {
    for (let i = 0; !writing.signal.aborted; i++) await client.call("context.write", { key: "busy", value: `${i}` });
  })();
  const file = join(stand.place.path, "backup.tar.gz");
  const ran = await clustr.run(["export", "--to", file, "--json"]);
  writing.abort();
  await busy;
  expect(ran.stderr).toBe("");
  const exported = JSON.parse(ran.stdout) as { events: number; left_out: string[] };
  expect(exported).toMatchObject({ file, left_out: [] });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(stand.place.path).filter((name) => name.endsWith(".new"))).toEqual([]);
  expect((await clustr.run(["export", file])).stderr).toContain("is there already; nothing was written");

  // Any machine's own tools read it, and find it whole.
  const out = join(stand.place.path, "by-hand");
  mkdirSync(out);
  expect(spawnSync("tar", ["-xzf", file, "-C", out]).status).toBe(0);
  expect(spawnSync("sh", ["-c", "sha256sum -c --quiet sha256sums"], { cwd: out }).status).toBe(0);
  const all = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const text = all.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1")).join("\n");
  expect(text).toContain("Be kind.");
  for (const secret of [clustr.token, readFileSync(join(clustr.home, "secret"), "utf8").trim()])
    expect(text).not.toContain(secret);
  expect(all.some((entry) => /runs|terminals/.test(entry.parentPath))).toBe(false);

  // The folder has a workspace: nothing is replaced. Another one has none.
  expect((await clustr.run(["import", file, "--into", project])).stderr).toMatch(
    /already, and an import never replaces/,
  );
  const elsewhere = await stand.place.folder("elsewhere");
  const came = await clustr.run(["import", file, "--into", elsewhere, "--json"]);
  expect(came.stderr).toBe("");
  const imported = JSON.parse(came.stdout) as { id: string; left_out: string[] };
  expect(imported.left_out).toEqual([]);
  const there = clustr.client.in(imported.id);
  const events = await there.call("event.list", { limit: 5_000 });
  const before = (await client.call("event.list", { limit: 5_000 })).filter(({ seq }) => seq <= exported.events);
  const [agent] = await there.call("agent.list", {});
  // The same, but that its agent is another one than the agent here that it was: else the two would share a terminal.
  expect(JSON.parse(JSON.stringify(events.slice(0, exported.events)).replaceAll(agent?.id ?? "", id))).toEqual(before);
  expect(agent).toMatchObject({ name: "ada", status: "done", outcome: "lost", live: false });
  expect((await there.call("policy.list", {})).map(({ decision }) => decision)).toEqual(["deny"]);
  expect(await there.call("settings.set", {})).toMatchObject({ auto_resume: "off" });
  expect((await there.call("rules.read", {})).text).toBe("Be kind.");
  const messages = await there.call("message.list", {});
  expect(messages.map(({ content }) => content)).toContain("kept");
  expect(messages.some(({ from, content }) => from === "system" && content.includes("was imported"))).toBe(true);
  await there.call("snapshot.restore", { id: snapshot });
  expect(readFileSync(join(elsewhere, "a.txt"), "utf8")).toBe("first\n");
  expect(existsSync(join(clustr.home, "workspaces", imported.id, "runs"))).toBe(false);
  const left = readdirSync(join(clustr.home, "workspaces")).filter((name) => name.startsWith("."));
  expect(left).toEqual([]);

  // The one it was exported from goes on, and keeps what is its own.
  await there.call("agent.remove", { name: "ada" });
  expect(await client.call("agent.list", {})).toMatchObject([{ id, name: "ada", outcome: "finished", live: true }]);
  expect((await client.call("terminal.screen", { name: "ada" })).lines.join("\n")).toContain("here");
});

test("what terminals printed comes along when asked for, and can be read there like that of any agent that has ended", async () => {
  await using stand = await openStand();
  await using other = await openStand();
  const { client } = stand.clustr;
  await stand.quiet("ada");
  await client.call("agent.stop", { name: "ada" });
  // One has ended by then, one has not.
  const task = JSON.stringify([{ say: "I am bea, and at work" }, { sleep: 600 }]);
  await client.call("agent.spawn", { name: "bea", service: "script", task });
  const said = async (of: typeof client, name: string) => (await of.call("terminal.screen", { name })).lines.join("\n");
  await vi.waitFor(async () => expect(await said(client, "bea")).toContain("sleep 600 s"), 15_000);
  const before = { ada: await said(client, "ada"), bea: await said(client, "bea") };
  const file = join(stand.place.path, "with-terminals.tar.gz");
  expect((await stand.clustr.run(["export", "--to", file, "--terminals"])).stderr).toBe("");

  const elsewhere = await other.place.folder("elsewhere");
  const ran = await other.clustr.run(["import", file, "--into", elsewhere, "--json"]);
  expect(ran.stderr).toBe("");
  const imported = JSON.parse(ran.stdout) as { id: string; left_out: string[] };
  expect(imported.left_out).toEqual([]);
  const there = other.clustr.client.in(imported.id);
  expect({ ada: await said(there, "ada"), bea: await said(there, "bea") }).toEqual(before);
  // Theirs now: they go with the record of the agent, and stay where they came from.
  await there.call("agent.remove", { name: "bea" });
  expect(existsSync(join(other.clustr.home, "workspaces", imported.id, "terminals"))).toBe(true);
  expect(await said(client, "bea")).toBe(before.bea);
});

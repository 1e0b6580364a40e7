import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openStand } from "../gate/stand.ts";

vi.setConfig({ testTimeout: 90_000 });

/** As if they had not been made yet. */
function withoutCopies(ledger: string): void {
  for (const number of [1, 2])
    for (const part of ["", "-wal"]) rmSync(`${ledger}-copy-${number}${part}`, { force: true });
}

test("a workspace whose ledger is damaged keeps no other from being served, is named with what to do, and is mended", async () => {
  await using stand = await openStand();
  const { clustr } = stand;
  const other = await stand.open("other");
  const { client } = clustr;
  const { workspace } = clustr.ready;
  for (let i = 0; i < 5; i++) await client.call("context.write", { key: `k${i}`, value: "kept" });
  await clustr.kill();
  const file = join(clustr.home, "workspaces", workspace, "ledger.db");
  const bytes = readFileSync(`${file}-wal`);
  const at = bytes.lastIndexOf('"key":"k4"');
  expect(at).toBeGreaterThan(0);
  writeFileSync(`${file}-wal`, bytes.subarray(0, at)); // The end of what was acknowledged is gone.
  withoutCopies(file);

  await clustr.restart();
  expect(clustr.ready.workspace).toBe("");
  const now = clustr.client;
  expect((await now.call("workspace.list", {})).map(({ id }) => id)).toEqual([other.id]);
  await now.in(other.id).call("context.write", { key: "other", value: "works" });
  const recent = await now.call("workspace.recent", {});
  const shown = recent.find(({ id }) => id === workspace);
  expect(shown).toMatchObject({ open: false, damaged: true });
  expect(shown?.problem).toMatch(
    /is damaged: its last event is \d+, but events up to \d+ were acknowledged.*doctor --fix/,
  );
  expect(recent.find(({ id }) => id === other.id)).toMatchObject({ open: true, damaged: false });
  await expect(now.in(workspace).call("context.list", {})).rejects.toMatchObject({ code: "unavailable" });

  const mended = await clustr.run(["repair", workspace]);
  expect(mended.stdout).toMatch(/mended: \d+ events were kept.*at least 1 acknowledged event was lost/is);
  const keys = (await now.in(workspace).call("context.list", {})).map(({ key }) => key);
  expect(keys).toEqual(["k0", "k1", "k2", "k3"]);
  const [told] = await now.in(workspace).call("message.list", {});
  expect(told).toMatchObject({ from: "system", to: "human" });
  expect(told?.content).toMatch(/was damaged .* At least 1 acknowledged events? (was|were) lost/);
  const aside = readdirSync(join(clustr.home, "workspaces", workspace)).find((name) => name.startsWith("damaged-"));
  expect(existsSync(join(clustr.home, "workspaces", workspace, aside ?? "", "ledger.db-wal"))).toBe(true);
});

test("damage to the home's own ledger is mended unasked where nothing is lost by it, and otherwise asked about", async () => {
  await using stand = await openStand();
  const { clustr } = stand;
  const { workspace } = clustr.ready;
  const other = await stand.open("other");
  await clustr.client.call("server.shutdown", { keep_agents: true });
  await clustr.gone();
  const file = join(clustr.home, "home.db");
  const bytes = readFileSync(file);
  // In an index, where an id is followed by a position; in a row it is followed by a time.
  const ids = [...bytes.toString("latin1").matchAll(/workspace\/\w{10}/g)].map(({ index }) => index);
  const inIndex = ids.findLast((index) => !bytes.toString("latin1", index, index + 60).includes("workspace."));
  bytes[inIndex ?? 0] = "W".charCodeAt(0);
  writeFileSync(file, bytes);
  await clustr.restart();
  expect(clustr.ready.workspace).toBe(workspace);
  expect((await clustr.client.call("workspace.list", {})).map(({ id }) => id).toSorted()).toEqual(
    [workspace, other.id].toSorted(),
  );
  await clustr.client.call("limits.set", { live_agents: 3 });
  await clustr.kill();
  rmSync(`${file}-wal`);
  withoutCopies(file);
  await expect(clustr.restart()).rejects.toThrow(/would lose at least 1 acknowledged event.*doctor --fix/s);
  const fixed = await clustr.run(["doctor", "--fix", "--yes"]);
  expect(fixed.stdout + fixed.stderr).toMatch(/home\.db was damaged/);
  await clustr.restart();
  expect((await clustr.client.call("workspace.list", {})).length).toBe(2);
});

test("a home's ledger of which nothing is left, copies included, keeps nobody out: doctor begins a new one, and projects are as they were", async () => {
  await using stand = await openStand();
  const { clustr } = stand;
  await clustr.client.call("context.write", { key: "kept", value: "in the workspace" });
  await clustr.client.call("server.shutdown", { keep_agents: true });
  await clustr.gone();
  const file = join(clustr.home, "home.db");
  const parts = () => readdirSync(clustr.home).filter((name) => /^home\.db(-copy-\d)?$/.test(name));
  // The server was up for a few seconds only.
  expect(parts()).toContain("home.db-copy-1");
  for (const name of parts()) writeFileSync(join(clustr.home, name), "garbage");
  await expect(clustr.restart()).rejects.toThrow(/Nothing can be read of the ledger .*home\.db.*doctor --fix/s);
  const fixed = await clustr.run(["doctor", "--fix", "--yes"]);
  expect(fixed.stdout + fixed.stderr).toMatch(/home\.db was damaged .*open your projects again with `clustr FOLDER`/s);
  const aside = readdirSync(clustr.home).find((name) => name.startsWith("damaged-")) ?? "";
  expect(readFileSync(join(clustr.home, aside, "home.db"), "utf8")).toBe("garbage");
  expect(existsSync(file)).toBe(true);
  await clustr.restart();
  expect((await clustr.client.call("context.list", {})).map(({ key }) => key)).toEqual(["kept"]);
});

test("damage to the snapshots keeps no agent from starting; doctor says what is wrong, and mends what can be", async () => {
  await using stand = await openStand();
  const { clustr, project } = stand;
  writeFileSync(join(project, "kept.txt"), "kept in a snapshot\n");
  await stand.quiet("ada");
  const store = join(clustr.home, "workspaces", clustr.ready.workspace, "snapshots.git");
  await clustr.kill();
  for (const name of ["HEAD", "objects"]) rmSync(join(store, name), { recursive: true });
  await clustr.restart();
  await stand.quiet("ben");
  expect(readFileSync(join(clustr.home, "server.log"), "utf8")).toContain("have been mended");

  const objects = join(store, "objects");
  for (const entry of readdirSync(objects, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) rmSync(join(entry.parentPath, entry.name));
  const found = await clustr.run(["doctor"]);
  expect(found.stdout).toMatch(/The snapshots of .*project are damaged: .*cannot be read/);
  const fixed = await clustr.run(["doctor", "--fix", "--yes"]);
  expect(fixed.stdout).toMatch(/✓ The snapshots of .*project are damaged/);
  expect((await clustr.run(["doctor"])).stdout).not.toContain("are damaged");
  await stand.quiet("cleo");
  const [newest] = await clustr.client.call("snapshot.list", {});
  rmSync(join(project, "kept.txt"));
  await clustr.client.call("snapshot.restore", { id: newest?.id ?? "" });
  expect(readFileSync(join(project, "kept.txt"), "utf8")).toBe("kept in a snapshot\n");
});

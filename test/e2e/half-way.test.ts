import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { startClustr, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch, type Scratch } from "../rig/rig.ts";
import type { Armed } from "../faults/points/fire.ts";

vi.setConfig({ testTimeout: 240_000 });

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).pathname;
/** How long a point that work leads to may stay unmet. */
const PASSED_MS = 60_000;
const KEYS = ["k0", "k1", "k2", "k3", "k4"];

/** Steps of an import: all of it lies in a hidden folder, it is placed, it is written down. */
const IMPORTING = [
  "end git fsck",
  "rename ID/ID before",
  "rename ID/ID after",
  "home ledger.append workspace.opened after",
];

/** Something asked of the server; called off, it is not asked again when the server is back. */
type Work = (signal?: AbortSignal) => Promise<unknown>;

/** A server that can be told to die at a named point of its own. */
interface Dying extends AsyncDisposable {
  place: Scratch;
  clustr: RunningClustr;
  /** Points that `work` passes, each once, in order. */
  passedBy(work: Work): Promise<string[]>;
  /** Does `work`, in which the server dies at the point, and starts it again. */
  dieAt(point: string, work: Work): Promise<void>;
}

async function dying(): Promise<Dying> {
  const place = await scratch();
  const points = await place.folder("points");
  const file = (name: string): string => join(points, name);
  const preload = new URL("../faults/points/preload.ts", import.meta.url);
  preload.searchParams.set("folder", points);
  const env = cleanEnv(await place.folder("user"), { SHELL: "/bin/sh" });
  const launch = { main: MAIN, node: ["--import", preload.href] };
  const clustr = await startClustr(await place.folder("project"), join(place.path, "home"), env, launch);
  const read = (name: string): string[] =>
    existsSync(file(name)) ? readFileSync(file(name), "utf8").split("\n").slice(0, -1) : [];
  return {
    place,
    clustr,
    async passedBy(work) {
      const before = read("points.txt").length;
      await work();
      return [...new Set(read("points.txt").slice(before))];
    },
    async dieAt(point, work) {
      writeFileSync(file("armed.json"), JSON.stringify({ point, skip: 0 } satisfies Armed));
      const off = new AbortController();
      const asked = work(off.signal).catch(() => undefined);
      await Promise.race([clustr.gone(), pause(PASSED_MS, undefined, { ref: false })]);
      off.abort();
      await asked;
      expect(read("killed.txt"), `the point "${point}" was passed`).toContain(point);
      await clustr.kill();
      for (const name of ["armed.json", "killed.txt"]) rmSync(file(name));
      await clustr.restart();
    },
    async [Symbol.asyncDispose]() {
      await clustr[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}

test("a repair that is killed on the way is as if it was not begun, or done; the next one does it", async () => {
  await using stand = await dying();
  const { clustr, place } = stand;
  const { workspace } = clustr.ready;
  const base = join(clustr.home, "workspaces", workspace);
  for (const key of KEYS) await clustr.client.call("context.write", { key, value: "kept" });
  await vi.waitFor(() => expect(existsSync(join(base, "ledger.db-copy-1"))).toBe(true), 20_000);
  await clustr.kill();
  // The copies lack what came last; its first pages are garbage.
  const bytes = readFileSync(join(base, "ledger.db"));
  writeFileSync(join(base, "ledger.db"), bytes.fill(0x58, 100, Math.min(bytes.length, 9_000)));
  const saved = join(place.path, "saved");
  cpSync(base, saved, { recursive: true });
  const again = async (): Promise<void> => {
    await clustr.kill();
    rmSync(base, { recursive: true });
    cpSync(saved, base, { recursive: true });
    await clustr.restart();
  };
  const repair = (signal?: AbortSignal) => clustr.client.call("workspace.repair", { id: workspace }, { signal });
  const keys = async () => {
    await clustr.client.call("workspace.open", { path: clustr.folder, trust: true });
    return (await clustr.client.in(workspace).call("context.list", {})).map(({ key }) => key);
  };

  await clustr.restart();
  const passed = await stand.passedBy(repair);
  const whole = await keys();
  expect(whole.length).toBeGreaterThan(0);
  // From the first thing put aside to the last one deleted.
  // Put aside, made a copy, the log gone, in its place.
  const steps = passed.filter((point) =>
    /^ledger thread: (link damaged\/ledger\.db|rename ID\/ledger\.db(-copy-\d)?|rm ID\/ledger\.db-wal) after/.test(
      point,
    ),
  );
  expect(steps).toHaveLength(4);
  for (const point of steps) {
    await again();
    await stand.dieAt(point, repair);
    const recent = await clustr.client.call("workspace.recent", {});
    const known = recent.find(({ id }) => id === workspace);
    if (known?.damaged) await repair();
    else expect(known, `after ${point}`).toMatchObject({ open: true });
    expect(await keys(), `after ${point}`).toEqual(whole);
    expect(readdirSync(base).some((name) => name.startsWith("damaged-"))).toBe(true);
  }
});

test("an import that is killed on the way leaves nothing, or the whole workspace; the same call then does it", async () => {
  await using stand = await dying();
  const { clustr, place } = stand;
  writeFileSync(join(clustr.folder, "a.txt"), "in a snapshot\n");
  const { id: snapshot } = await clustr.client.call("snapshot.take", {});
  for (const key of KEYS) await clustr.client.call("context.write", { key, value: "kept" });
  const store = join(clustr.home, "workspaces", clustr.ready.workspace, "snapshots.git/objects/info/alternates");
  await vi.waitFor(() => expect(existsSync(store)).toBe(false), 20_000);
  const file = join(place.path, "workspace.export");
  await clustr.client.call("workspace.export", { file });
  await clustr.kill();
  await clustr.restart();
  const folders = join(clustr.home, "workspaces");
  const into = async (name: string) => {
    const folder = join(place.path, name);
    await mkdir(folder, { recursive: true });
    return (signal?: AbortSignal) =>
      clustr.client.call("workspace.import", { file, into: folder, trust: true }, { signal });
  };

  const passed = await stand.passedBy(await into("first"));
  expect(passed).toEqual(expect.arrayContaining(IMPORTING));
  for (const [i, point] of IMPORTING.entries()) {
    const before = readdirSync(folders).filter((name) => !name.startsWith("."));
    const work = await into(`place-${i}`);
    await stand.dieAt(point, work);
    const now = readdirSync(folders);
    expect(
      now.filter((name) => name.startsWith(".")),
      `after ${point}`,
    ).toEqual([]);
    expect(now.length - before.length, `after ${point}`).toBeLessThanOrEqual(1);
    const open = await clustr.client.call("workspace.list", {});
    const there = open.find(({ path }) => path.endsWith(`place-${i}`)) ?? (await work());
    const { client } = clustr;
    expect(
      (await client.in(there.id).call("context.list", {})).map(({ key }) => key),
      `after ${point}`,
    ).toEqual(KEYS);
    await client.in(there.id).call("snapshot.restore", { id: snapshot });
    expect(readFileSync(join(there.path, "a.txt"), "utf8"), `after ${point}`).toBe("in a snapshot\n");
    // What is at work now is never replaced.
    await expect(work()).rejects.toMatchObject({ code: "conflict" });
  }
});

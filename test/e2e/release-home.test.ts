import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test, vi } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { folders } from "../../src/files/folders.ts";
import { sayings } from "../releases/sayings.ts";
import { scratch, type Scratch } from "../rig/rig.ts";
import { KEPT, kept, release } from "./release.ts";

vi.setConfig({ testTimeout: 60_000 });

type Row = Record<"seq" | "id" | "at" | "actor" | "subject" | "type" | "data", string | number>;

/** Every row of a ledger's file that nobody has open. */
async function rowsOf(file: string, place: Scratch): Promise<Row[]> {
  // A copy: looking must not change what is kept.
  const copy = join(await place.folder("look"), "looked-at.db");
  await copyFile(file, copy);
  const db = new Database(copy);
  try {
    return db.prepare("SELECT seq, id, at, actor, subject, type, data FROM events ORDER BY seq").all() as Row[];
  } finally {
    db.close();
  }
}

/** A home as that release left it, with its workspace moved to a project of this machine. */
async function homeOf(version: string, place: Scratch): Promise<{ home: string; project: string; ledger: string }> {
  const project = await place.folder("project");
  const folder = join("home", "workspaces", folders.idOf(project));
  const ledger = join(await place.folder(folder), "ledger.db");
  const home = join(place.path, "home");
  await copyFile(kept(version, "home.db"), join(home, "home.db"));
  await copyFile(kept(version, "ledger.db"), ledger);
  return { home, project, ledger };
}

/** What today's server says where the release of then said something. */
async function saidNow(client: Client, then: Record<string, unknown>): Promise<Record<string, unknown>> {
  const now: Record<string, unknown> = {};
  for (const name of Object.keys(then)) now[name] = await sayings[name]?.(client);
  // More may have happened since: the project's files are not here.
  const { events } = then;
  if (Array.isArray(events)) now["events"] = (now["events"] as unknown[]).slice(0, events.length);
  return now;
}

test.each(KEPT)(
  "a home of %s opens under today's server: every event kept, and everything said as it was then",
  async (version) => {
    await using place = await scratch();
    const { home, project, ledger } = await homeOf(version, place);
    const { client, end } = await release("99.0.0", home, project);
    const then = JSON.parse(await readFile(kept(version, "said.json"), "utf8")) as Record<string, unknown>;
    expect(await saidNow(client, then)).toMatchObject(then);
    // What it had open and trusted, though the folder is not on this machine.
    const recent = await client.call("workspace.recent", {});
    expect(recent.filter(({ missing }) => missing).length).toBe(2);
    // It goes on where it stood.
    await client.call("context.write", { key: "plan", value: "third" });
    await client.call("server.shutdown", {});
    await end();
    for (const [name, file] of [["home.db", join(home, "home.db")] as const, ["ledger.db", ledger] as const]) {
      const was = await rowsOf(kept(version, name), place);
      const is = await rowsOf(file, place);
      expect(is.slice(0, was.length), name).toEqual(was);
      expect(is.length, name).toBeGreaterThan(was.length);
    }
  },
);

test.each(KEPT)(
  "an export of %s is imported by today's server: every event, and what its snapshots hold",
  async (version) => {
    await using place = await scratch();
    const home = await place.folder("home");
    const into = await place.folder("elsewhere");
    const { client, end } = await release("99.0.0", home, await place.folder("project"));
    const file = join(place.path, "workspace.export");
    await copyFile(kept(version, "workspace.export"), file);
    const imported = await client.call("workspace.import", { file, into, trust: true });
    expect(imported.left_out).toEqual([]);
    const workspace = client.in(imported.id);
    expect((await workspace.call("snapshot.list", {})).length).toBeGreaterThan(3);
    const [newest] = await workspace.call("snapshot.list", { limit: 1 });
    await workspace.call("snapshot.restore", { id: newest?.id ?? "" });
    expect(await readFile(join(into, "shared.txt"), "utf8")).toContain("line 12");
    await client.call("server.shutdown", {});
    await end();
    const was = await rowsOf(kept(version, "ledger.db"), place);
    const is = await rowsOf(join(home, "workspaces", imported.id, "ledger.db"), place);
    expect(was.length).toBeGreaterThan(100);
    expect(is.slice(0, was.length)).toEqual(was);
  },
);

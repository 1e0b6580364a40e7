/**
 * Lets the built server of this release write a small home with events of every kind, and keeps in the folder given: its
 * two ledgers, an export, and what the server said of them. Run by `npm run keep-release`.
 */
import { copyFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "../../src/client/client.ts";
import type { Fact } from "../../src/contract/event.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/ledger.ts";
import { startClustr } from "../rig/clustr.ts";
import { cleanEnv, scratch } from "../rig/rig.ts";
import { RARE } from "./rare.ts";
import { sayings } from "./sayings.ts";
import { story } from "./story.ts";

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A kind that is new has to be told as well: this does not compile without it. */
const KINDS: Record<Fact["type"], true> = {
  "agent.spawned": true,
  "agent.invited": true,
  "agent.joined": true,
  "agent.announced": true,
  "agent.status": true,
  "agent.attention": true,
  "agent.session": true,
  "agent.stop_requested": true,
  "agent.interrupted": true,
  "agent.restarted": true,
  "attention.answered": true,
  "attention.taken": true,
  "attention.unanswered": true,
  "attention.snoozed": true,
  "policy.set": true,
  "policy.removed": true,
  "agent.removed": true,
  "agent.forgotten": true,
  "message.sent": true,
  "message.handed": true,
  "message.held": true,
  "message.returned": true,
  "message.seen": true,
  "message.read": true,
  "message.dropped": true,
  "message.undeliverable": true,
  "feed.read": true,
  "context.written": true,
  "context.removed": true,
  "context.read": true,
  "rules.updated": true,
  "rules.read": true,
  "rules.unreadable": true,
  "shell.opened": true,
  "shell.closed": true,
  "settings.changed": true,
  "snapshot.taken": true,
  "snapshot.restored": true,
  "snapshot.undone": true,
  "snapshot.pruned": true,
  "files.changed": true,
  "files.writing": true,
  "files.rolled_back": true,
  "files.rollback_undone": true,
  "files.assigned": true,
  "files.marked": true,
  "files.collided": true,
  "files.guarded": true,
  "call.refused": true,
};

const [, , target = ""] = process.argv;
await using place = await scratch();
const project = await place.folder("project");
const home = join(place.path, "home");
const env = cleanEnv(await place.folder("user"), { SHELL: "/bin/sh" });
const launch = { main: MAIN, node: [] };

let clustr = await startClustr(project, home, env, launch);
const folder = join(home, "workspaces", clustr.ready.workspace);
await story(clustr, project);
await clustr[Symbol.asyncDispose]();

await addRare(join(folder, "ledger.db"));

clustr = await startClustr(project, home, env, launch);
await clustr.client.call("workspace.export", { file: join(place.path, "workspace.export") });
await writeFile(join(target, "said.json"), `${JSON.stringify(await said(clustr.client), null, 1)}\n`);
// Ends agents and host: both ledgers are whole files then, without anything in a write-ahead log.
await clustr[Symbol.asyncDispose]();
await copyFile(join(place.path, "workspace.export"), join(target, "workspace.export"));
await copyFile(join(home, "home.db"), join(target, "home.db"));
await copyFile(join(folder, "ledger.db"), join(target, "ledger.db"));
await rm(home, { recursive: true });

/** What no small story brings about. */
async function addRare(file: string): Promise<void> {
  const ledger = await openSqliteLedger<Fact>(file);
  const told = new Set((await ledger.read({ limit: 10_000 })).map(({ type }) => type));
  for (const fact of RARE) {
    const entry = { ...fact, id: `rare-${fact.type}`, actor: { kind: "system" as const }, subject: "rare" };
    const { outcome } = await ledger.append(entry);
    if (outcome !== "written") throw new Error(`${fact.type}: ${outcome}`);
    told.add(fact.type);
  }
  await ledger.close();
  const missing = Object.keys(KINDS).filter((kind) => !told.has(kind as Fact["type"]));
  if (missing.length > 0)
    throw new Error(`No event of these kinds: ${missing.join(", ")}. Let story.ts or rare.ts tell them.`);
}

async function said(client: Client): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const [name, ask] of Object.entries(sayings)) all[name] = await ask(client);
  return all;
}

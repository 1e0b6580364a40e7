import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createClient, type Client } from "../../client/client.ts";
import { routes } from "../../client/routes.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import type { Cli } from "../cli.ts";
import { readAccess } from "../server-file.ts";
import { serveOnce } from "../start.ts";
import { isAlive, type Mend } from "./mend.ts";

/** The workspaces opened lately, as a server lists them. */
export type Recent = Output<Operations["workspace.recent"]>;

/** Milliseconds; a ledger of a gigabyte takes a minute. */
const LONGEST = 600_000;
/** How a file of a project is called until it is whole: whose process writes it stands in its name. */
const DRAFT = /^\.clustr-new-(\d+)-[a-z0-9]+$/;
/** Folders of one project that are looked through. */
const MOST = 20_000;
const SKIPPED = new Set([".git", "node_modules", ".venv", "target"]);

/**
 * What only a server can see: damaged ledgers, and what it clears away as it starts. `known`: what the running one says;
 * without one it is not known until one is started, which is the mending, and only done for `fix`.
 */
export async function workspaceMends(cli: Cli, home: string, known: Recent | undefined, fix: boolean): Promise<Mend[]> {
  if (known === undefined) return fix && existsSync(join(home, "home.db")) ? [startOnce(cli)] : [];
  const access = await readAccess(join(home, "server.json"));
  if (!access) return [];
  const client = createClient({ base: access.url, token: access.token, routes });
  const drafts = await Promise.all(known.filter(({ missing }) => !missing).map(({ path }) => draftsIn(path)));
  const snapshots = await Promise.all(known.filter(({ open }) => open).map((each) => snapshotMends(client, each)));
  return [
    ...known
      .filter(({ damaged }) => damaged)
      .map(({ id, path, problem = "" }) => ({
        problem: `The workspace of ${path} is damaged: ${problem}`,
        how: "put the last good copy of its ledger in place, with every later event that can be read; the damaged file is kept",
        fix: () => repairOf(client, id),
      })),
    ...snapshots.flat(),
    ...draftMends(drafts.flat()),
  ];
}

/** What is damaged of an open workspace's snapshots. A server that does not know how to look says nothing of them. */
async function snapshotMends(client: Client, { id, path }: Pick<Recent[number], "id" | "path">): Promise<Mend[]> {
  const workspace = client.in(id);
  const { problems } = await workspace
    .call("snapshot.check", {}, { timeoutMs: LONGEST })
    .catch(() => ({ problems: [] as string[] }));
  if (problems.length === 0) return [];
  return [
    {
      problem: `The snapshots of ${path} are damaged: ${problems.join("; ")}`,
      how: "take what is missing from files that still hold it, and put aside what is broken; agents go on meanwhile",
      fix: async () => {
        const { taken, lost, forgotten, aside } = await workspace.call("snapshot.mend", {}, { timeoutMs: LONGEST });
        const said = [
          `${taken} contents were found again in the project, ${lost} stay missing`,
          ...(forgotten.length > 0 ? [`${forgotten.length} snapshots cannot be read any more`] : []),
          ...(aside === undefined ? [] : [`what was broken is in ${aside}`]),
        ];
        return said.join("; ");
      },
    },
  ];
}

function startOnce(cli: Cli): Mend {
  return {
    problem: "No server runs, so ledgers, snapshots and programs that were left running were not looked at",
    how: "start a server for a moment: it checks every ledger and store of snapshots, mends damaged ones, ends programs of agents whose terminal host died, and clears away what is half done",
    async fix() {
      const said: string[] = [];
      const failed: unknown[] = [];
      await serveOnce(
        cli,
        async (client) => {
          try {
            const recent = await client.call("workspace.recent", {});
            for (const { id, damaged } of recent) if (damaged) said.push(await repairOf(client, id));
            const drafts = await Promise.all(
              recent.filter(({ missing }) => !missing).map(({ path }) => draftsIn(path)),
            );
            const open = recent.filter((each) => each.open);
            const snapshots = await Promise.all(open.map((each) => snapshotMends(client, each)));
            for (const mend of [...snapshots.flat(), ...draftMends(drafts.flat())])
              said.push(`${mend.problem}: ${(await mend.fix()) ?? mend.how}`);
          } catch (error) {
            failed.push(error);
          }
          await client.call("server.shutdown", { keep_agents: true });
        },
        { mend: true },
      );
      if (failed.length > 0) throw failed[0];
      return said.join("; ") || undefined;
    },
  };
}

async function repairOf(client: Client, id: string): Promise<string> {
  const { events, lost, aside = "" } = await client.call("workspace.repair", { id }, { timeoutMs: LONGEST });
  return `${events} events kept, ${lost} lost; the damaged file is in ${aside}`;
}

/** Half-written files in a project, of processes that are gone. */
async function draftsIn(project: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [project];
  let looked = 0;
  for (let folder = folders.pop(); folder !== undefined && looked < MOST; folder = folders.pop()) {
    looked += 1;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const pid = DRAFT.exec(entry.name)?.[1];
      if (pid !== undefined && !entry.isDirectory() && !isAlive(Number(pid))) found.push(join(folder, entry.name));
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(join(folder, entry.name));
    }
  }
  return found;
}

function draftMends(files: string[]): Mend[] {
  if (files.length === 0) return [];
  return [
    {
      problem: `${files.length} half-written files were left in projects by a rollback that was killed, the first ${files[0] ?? ""}`,
      how: "delete them: what they were to replace is whole",
      fix: async () => {
        for (const file of files) await rm(file, { force: true });
        return undefined;
      },
    },
  ];
}

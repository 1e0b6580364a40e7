import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { Event, Fact } from "../../contract/event.ts";
import type { Exports } from "../../core/ports/exports.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import { privateFolder } from "../private-files.ts";
import { exportTo } from "./export.ts";
import { unpackInto } from "./unpack.ts";

/** What other floors do for exports. */
export interface ExportTools {
  /** Version of Clustr. */
  version: string;
  /** Writes a new ledger of events that happened elsewhere. */
  fill(file: string, pages: AsyncIterable<Event<Fact>[]>): Promise<void>;
  open(file: string): Promise<Ledger>;
  /** Makes objects and refs in `store` a store of snapshots of `folder`, after checking them. Rejects with why not. */
  adopt(store: string, folder: string): Promise<void>;
  /** Lets a terminal be read that ended elsewhere, by `at` at the latest. Rejects with why not. */
  adoptTerminal(id: string, journal: string, at: string): Promise<void>;
  /** Ids of all agents that have terminals here, in whichever workspace. */
  agentsHere(): Promise<ReadonlySet<string>>;
  newId(): string;
}

/** Name of folders whose content is not a workspace yet; what a kill left of them is deleted at the next start. */
const DRAFT = /^\.import-[0-9a-f]+$/;

/** Exports and imports of the workspaces below `folder`. */
export function exportsIn(folder: string, tools: ExportTools): Exports {
  return {
    async write(info, ledger, to, parts) {
      const file = to ?? path.join(await exportsFolder(folder), nameFor(info.name, new Date()));
      return exportTo(path.join(folder, info.id), info, ledger, file, parts, tools.version);
    },
    unpack: (file) => unpackInto(folder, file, tools),
  };
}

async function exportsFolder(workspaces: string): Promise<string> {
  const full = path.join(path.dirname(workspaces), "exports");
  await privateFolder(full);
  return full;
}

/** `my-project-2026-01-31-12-00-00.tar.gz` */
function nameFor(project: string, now: Date): string {
  const name = project.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[.-]+/, "") || "workspace";
  return `${name.slice(0, 60)}-${now.toISOString().slice(0, 19).replaceAll(/[:T]/g, "-")}.tar.gz`;
}

/** Deletes what imports that were killed have left. */
export async function clearDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [] as string[]))
    if (DRAFT.test(name)) await rm(path.join(folder, name), { recursive: true, force: true });
}

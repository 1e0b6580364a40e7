import { readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { ClustrError } from "../../contract/error.ts";
import type { Workspace } from "../../contract/workspace.ts";
import type { Exported, ExportParts } from "../../core/ports/exports.ts";
import type { Ledger } from "../../core/ports/ledger.ts";
import { lineOf, PART_SIZE } from "./event-lines.ts";
import { ABOUT, FORMAT, isExported } from "./names.ts";
import { ArchiveWriter } from "./write.ts";

/** Events asked of the ledger at once. */
const PAGE = 200;

/**
 * Writes a workspace, whose data is in `base`, as one file: under another name first, 0600, and only whole under its own.
 * The ledger may grow meanwhile: what it held as this began is what the file holds.
 */
export async function exportTo(
  base: string,
  info: Workspace,
  ledger: Ledger,
  to: string,
  parts: ExportParts,
  version: string,
): Promise<Exported> {
  if (await stat(to).catch(() => undefined))
    throw new ClustrError("conflict", `${to} is there already; nothing was written. Name a file that is not.`);
  const draft = `${to}.${process.pid}.${Math.random().toString(36).slice(2)}.new`;
  const writer = new ArchiveWriter(draft, Date.now());
  try {
    const events = await ledger.last();
    const left_out: string[] = [];
    const about = { format: FORMAT, clustr: version, at: new Date().toISOString(), workspace: info, events };
    await writer.add(ABOUT, `${JSON.stringify(about, undefined, 2)}\n`);
    await addEvents(writer, ledger, events);
    await writer.addFile("rules.md", path.join(base, "rules.md"));
    await addFolder(writer, base, "uploads");
    if (parts.snapshots) left_out.push(...(await addSnapshots(writer, base)));
    if (parts.terminals) await addFolder(writer, base, "terminals");
    await writer.finish();
    const { size } = await stat(draft);
    await rename(draft, to);
    return { file: to, size, events, left_out };
  } catch (error) {
    await writer.destroy();
    await rm(draft, { force: true });
    if ((error as Error).name === "ClustrError") throw error;
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new ClustrError(
      "unavailable",
      `The export could not be written to ${to} (${why}). Nothing was left there, and the workspace is as it was. Name another place, or try again.`,
      { cause: error },
    );
  }
}

async function addEvents(writer: ArchiveWriter, ledger: Ledger, last: number): Promise<void> {
  let text = "";
  let part = 0;
  const put = async (): Promise<void> => {
    if (text !== "") await writer.add(`events/${String(++part).padStart(8, "0")}.jsonl`, text);
    text = "";
  };
  for (let after = 0; after < last;) {
    const page = await ledger.read({ after, before: last + 1, limit: PAGE });
    const end = page.at(-1);
    if (!end) break;
    for (const event of page) {
      const line = lineOf(event);
      if (text.length + line.length > PART_SIZE) await put();
      text += line;
    }
    after = end.seq;
  }
  await put();
}

/** Refs before the objects they name: objects are only ever added, so none is missing. */
async function addSnapshots(writer: ArchiveWriter, base: string): Promise<string[]> {
  const store = path.join(base, "snapshots.git");
  if (!(await stat(path.join(store, "ready")).catch(() => undefined))) return [];
  if (await stat(path.join(store, "objects/info/alternates")).catch(() => undefined))
    return ["snapshots: they still borrow from the project's own repository; export again in a minute"];
  for (const name of ["ready", "private.json", "packed-refs"])
    await writer.addFile(`snapshots.git/${name}`, path.join(store, name));
  await addFolder(writer, base, "snapshots.git/refs");
  await addFolder(writer, base, "snapshots.git/objects");
  return [];
}

/** All files of a folder that have a name an export may hold; the rest (locks, drafts, indexes made anew) stays behind. */
async function addFolder(writer: ArchiveWriter, base: string, name: string): Promise<void> {
  const found = await readdir(path.join(base, name), { withFileTypes: true }).catch(() => []);
  for (const entry of found.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = `${name}/${entry.name}`;
    if (entry.isDirectory()) await addFolder(writer, base, inside);
    else if (entry.isFile() && isExported(inside)) await writer.addFile(inside, path.join(base, inside));
  }
}

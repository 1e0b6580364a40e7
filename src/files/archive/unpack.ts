import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, statfs } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { ClustrError } from "../../contract/error.ts";
import type { Event, Fact } from "../../contract/event.ts";
import type { Workspace } from "../../contract/workspace.ts";
import type { Unpacked } from "../../core/ports/exports.ts";
import { privateFolder, replaceFile } from "../private-files.ts";
import type { ExportTools } from "./exports.ts";
import { eventsIn } from "./event-lines.ts";
import { freshIds } from "./fresh-ids.ts";
import { ABOUT, FORMAT, isExported } from "./names.ts";
import { readArchive } from "./read.ts";
import type { Header } from "./tar.ts";

const FILES = 500_000;
/** Bytes of the disk that an import leaves free. */
const SPARE = 500_000_000;
/** Bytes of a file that is read at once: what it is about; a file of events, which may hold one event of the longest. */
const READ = { about: 65_536, events: 80_000_000 };

/** In the data of an imported workspace: which export it came from. */
const ORIGIN = "imported.json";

/** What an archive says of itself. */
interface About {
  at: string;
  workspace: Workspace;
  events: number;
}

/** Unpacks an export into a hidden folder below `folder`, and finds out whether it is whole. */
export async function unpackInto(folder: string, file: string, tools: ExportTools): Promise<Unpacked> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    throw new ClustrError("not_found", `${file} cannot be read (${error.code}); nothing was imported.`);
  });
  if (!found.isFile()) throw invalid("it is no file");
  await privateFolder(folder);
  const draft = path.join(folder, `.import-${randomBytes(6).toString("hex")}`);
  await mkdir(draft, { mode: 0o700 });
  const discard = () => rm(draft, { recursive: true, force: true });
  try {
    const { bavail, bsize } = await statfs(folder);
    const fresh = freshIds(await tools.agentsHere(), tools.newId);
    const parts: string[] = [];
    const take = (header: Header, content: AsyncIterable<Buffer>) => {
      if (header.name.startsWith("events/")) parts.push(header.name);
      return put(draft, header.name.startsWith("terminals/") ? fresh(header.name) : header.name, content);
    };
    await readArchive(file, { files: FILES, size: bavail * bsize - SPARE }, take);
    const about = await aboutIn(draft);
    await tools.fill(path.join(draft, "ledger.db"), eventsOf(draft, parts, about.events, fresh));
    await rm(path.join(draft, "events"), { recursive: true, force: true });
    await rm(path.join(draft, ABOUT));
    return unpacked(folder, draft, about, tools, discard);
  } catch (error) {
    await discard();
    const { name, code } = error as NodeJS.ErrnoException;
    if (name === "ClustrError") throw error;
    if (code?.startsWith("SQLITE_CONSTRAINT")) throw invalid("an event is in it twice");
    throw new ClustrError(
      "unavailable",
      `${file} could not be unpacked (${code ?? String(error)}). Nothing was imported. Is there room on the disk?`,
      { cause: error },
    );
  }
}

function unpacked(
  folder: string,
  draft: string,
  about: About,
  tools: ExportTools,
  discard: () => Promise<void>,
): Unpacked {
  const file = path.join(draft, "ledger.db");
  return {
    workspace: about.workspace,
    at: about.at,
    ledger: () => tools.open(file),
    async *events() {
      const ledger = await tools.open(file);
      try {
        for (let after = 0; ;) {
          const page = await ledger.read({ after, limit: 500 });
          yield* page;
          const last = page.at(-1);
          if (!last) return;
          after = last.seq;
        }
      } finally {
        await ledger.close();
      }
    },
    async place(info, isUnused) {
      const left: string[] = [];
      const store = path.join(draft, "snapshots.git");
      if (await stat(store).catch(() => undefined))
        await tools.adopt(store, info.path).catch(async (error: unknown) => {
          left.push(`snapshots: ${error instanceof Error ? error.message : String(error)}`);
          await rm(store, { recursive: true, force: true });
        });
      const placed = path.join(folder, info.id);
      await replaceFile(path.join(draft, ORIGIN), JSON.stringify({ ...about, left_out: left }));
      try {
        await rename(draft, placed);
        await syncFolder(folder);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
        const before = isUnused ? await leftOutOf(placed, about) : undefined;
        if (!before) throw taken(info.path, placed);
        left.splice(0, left.length, ...before);
      }
      left.push(...(await adoptTerminals(path.join(placed, "terminals"), about.at, tools)));
      return left;
    },
    discard,
  };
}

/** Says which terminals cannot be shown. */
async function adoptTerminals(folder: string, at: string, tools: ExportTools): Promise<string[]> {
  const left: string[] = [];
  for (const id of await readdir(folder).catch(() => [] as string[])) {
    const adopted = tools.adoptTerminal(id, path.join(folder, id), at);
    await adopted.catch((error: Error) => left.push(`terminal ${id}: ${error.message}`));
  }
  return left;
}

/** What was left out when the data in a folder was imported from this very export; undefined when it was not. */
async function leftOutOf(folder: string, { at, workspace, events }: About): Promise<string[] | undefined> {
  const text = await readFile(path.join(folder, ORIGIN), "utf8").catch(() => "");
  const origin = parsed(text) as Partial<About & { left_out: string[] }> | undefined;
  const same = origin?.at === at && origin.workspace?.id === workspace.id && origin.events === events;
  return same ? (origin.left_out ?? []) : undefined;
}

/** Makes the names in a folder safe from a loss of power, as far as the system lets folders be synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/** Writes one file of an archive below the draft, 0600. Only names we write ourselves are taken, so none leads out of it. */
async function put(draft: string, name: string, content: AsyncIterable<Buffer>): Promise<void> {
  if (!isExported(name)) throw invalid(`"${name}" is no file of an export`);
  const full = path.join(draft, name);
  await mkdir(path.dirname(full), { recursive: true, mode: 0o700 });
  await pipeline(content, createWriteStream(full, { flags: "wx", mode: 0o600, flush: true }));
}

async function aboutIn(draft: string): Promise<About> {
  const text = await readBounded(path.join(draft, ABOUT), READ.about);
  const about = parsed(text) as Partial<About & { format: number }> | undefined;
  const { workspace } = about ?? {};
  if (typeof about?.format === "number" && about.format > FORMAT)
    throw new ClustrError(
      "invalid",
      `This export was written by a newer Clustr (format ${about.format}, this one knows ${FORMAT}). Nothing was imported. Install that version or a later one.`,
    );
  const sound =
    about?.format === FORMAT &&
    Number.isSafeInteger(about.events) &&
    typeof about.at === "string" &&
    !Number.isNaN(Date.parse(about.at)) &&
    [workspace?.id, workspace?.name, workspace?.path].every((each) => typeof each === "string" && each.length < 5_000);
  if (!sound || !workspace) throw invalid("it does not say what it is of");
  const { id, name, path: was } = workspace;
  return { at: about.at ?? "", events: about.events ?? 0, workspace: { id, name, path: was } };
}

async function* eventsOf(
  draft: string,
  parts: string[],
  count: number,
  fresh: (text: string) => string,
): AsyncIterable<Event<Fact>[]> {
  let seq = 0;
  for (const [i, part] of parts.entries()) {
    if (part !== `events/${String(i + 1).padStart(8, "0")}.jsonl`) throw invalid("a file of events is missing");
    const events = eventsIn(await readBounded(path.join(draft, part), READ.events), seq + 1);
    seq += events.length;
    // In small steps: the ledger is written by the thread that also serves everybody else.
    for (let at = 0; at < events.length; at += 200) {
      // As text made anew: in the file a letter can be written in many ways.
      yield JSON.parse(fresh(JSON.stringify(events.slice(at, at + 200)))) as Event<Fact>[];
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  if (seq !== count) throw invalid(`it has ${seq} events, but should have ${count}`);
}

async function readBounded(file: string, most: number): Promise<string> {
  const handle = await open(file, "r").catch(() => undefined);
  if (!handle) throw invalid(`${path.basename(file)} is missing`);
  try {
    if ((await handle.stat()).size > most) throw invalid(`${path.basename(file)} is too large`);
  } finally {
    await handle.close();
  }
  return readFile(file, "utf8");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(what: string): ClustrError {
  return new ClustrError(
    "invalid",
    `This file is not a whole export of Clustr: ${what}. Nothing was imported. Export the workspace again, or use another copy of the file.`,
  );
}

function taken(folder: string, data: string): ClustrError {
  return new ClustrError(
    "conflict",
    `There is a workspace of ${folder} already, and an import never replaces one. Nothing was imported. Import it into another folder with --into, or close that workspace and move ${data} away.`,
  );
}

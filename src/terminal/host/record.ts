import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TerminalExit } from "../../core/ports/terminal.ts";
import { hostFolder } from "../generation.ts";

/** What is known of a terminal on disk, in `<home>/host/terminals/<id>.json`: enough to find its processes and journal without its host. */
export interface TerminalRecord {
  id: string;
  epoch: string;
  /** Epoch of the host that owns it. */
  host: string;
  journal: string;
  /** Start of the program; absent while it is being started. */
  leader?: { pid: number; start: string };
}

/** How a terminal ended, in `exit.json` beside its journal. */
export interface ExitRecord {
  exit: TerminalExit;
  endOffset: number;
  pid: number;
}

export function recordFolder(home: string): string {
  return join(hostFolder(home), "terminals");
}

/** Replaces a private file as a whole: after a crash there is the old content or the new, never half of it. */
async function replaceFile(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(value), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

export async function writeRecord(home: string, record: TerminalRecord): Promise<void> {
  await replaceFile(join(recordFolder(home), `${record.id}.json`), record);
}

export function readRecord(home: string, id: string): Promise<TerminalRecord | undefined> {
  return readJson(join(recordFolder(home), `${id}.json`));
}

/** Ids of all recorded terminals, of whatever host. */
export async function recordedIds(home: string): Promise<string[]> {
  const names = await readdir(recordFolder(home)).catch(() => []);
  return names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
}

export async function removeRecord(home: string, record: TerminalRecord): Promise<void> {
  await rm(join(record.journal, "exit.json"), { force: true });
  await rm(join(recordFolder(home), `${record.id}.json`), { force: true });
}

export async function writeExit(journal: string, exit: ExitRecord): Promise<void> {
  await replaceFile(join(journal, "exit.json"), exit);
}

export function readExit(journal: string): Promise<ExitRecord | undefined> {
  return readJson(join(journal, "exit.json"));
}

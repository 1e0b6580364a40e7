import { constants } from "node:fs";
import { lstat, open, opendir, readlink, realpath, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { ClustrError, hasCode } from "../contract/error.ts";
import type { FilePart, ProjectEntry, ProjectFiles } from "../core/ports/project-files.ts";
import { folders } from "./folders.ts";

/** Entries of one folder that are looked at. */
const MOST = 50_000;

/** The files below `root`, which is a real path. */
export function projectFiles(root: string): ProjectFiles {
  return {
    list: (folder, after, limit) => listed(root, folder, after, limit).catch((error) => fail(folder, error)),
    read: (file, offset, limit) => part(root, file, offset, limit).catch((error) => fail(file, error)),
  };
}

async function listed(root: string, asked: string, after: string | undefined, limit: number) {
  const real = await realInside(root, asked);
  const names: string[] = [];
  let looked = 0;
  for await (const { name } of await opendir(real)) {
    if (++looked > MOST) break;
    if (after === undefined || name > after) names.push(name);
  }
  names.sort((a, b) => (a < b ? -1 : 1));
  const chosen = names.slice(0, limit);
  const entries = (await Promise.all(chosen.map((name) => entryOf(real, name)))).filter((one) => one !== undefined);
  // A folder on the way may have been swapped for a link meanwhile.
  if ((await realInside(root, asked)) !== real) throw outside(asked);
  const folder = path.relative(root, real).split(path.sep).join("/");
  return { folder, entries, more: names.length > chosen.length, complete: looked <= MOST };
}

async function part(root: string, asked: string, offset: number, limit: number): Promise<FilePart> {
  const real = await realInside(root, asked);
  // A look before opening: to open some devices is to do something.
  if (!(await stat(real)).isFile()) throw noFile(asked);
  const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) throw noFile(asked);
    if (!(await isInside(root, file, real, found))) throw outside(asked);
    const bytes = new Uint8Array(Math.max(0, Math.min(limit, found.size - offset)));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
    return { bytes: bytes.subarray(0, bytesRead), size: found.size, changed: found.mtime.toISOString() };
  } finally {
    await file.close();
  }
}

/** Where a path really leads, if that is inside. */
async function realInside(root: string, asked: string): Promise<string> {
  const full = path.join(root, asked);
  if (asked.includes("\0") || !folders.inside(root, full)) throw outside(asked);
  const real = await realpath(full);
  if (!folders.inside(root, real)) throw outside(asked);
  return real;
}

/**
 * Whether the file that was opened is inside, whatever was swapped on the way to it. Linux knows its path; elsewhere it must
 * be what lies at the path now.
 */
async function isInside(
  root: string,
  file: FileHandle,
  real: string,
  { dev, ino }: { dev: number; ino: number },
): Promise<boolean> {
  const known = await readlink(`/proc/self/fd/${file.fd}`).catch(() => undefined);
  if (known !== undefined) return folders.inside(root, known);
  const now = await lstat(real);
  return now.dev === dev && now.ino === ino && (await realpath(real)) === real;
}

async function entryOf(folder: string, name: string): Promise<ProjectEntry | undefined> {
  // Gone since it was listed, or nothing may be known of it.
  const found = await lstat(path.join(folder, name)).catch(() => undefined);
  if (!found) return undefined;
  if (found.isFile()) return { name, kind: "file", size: found.size };
  return { name, kind: found.isDirectory() ? "folder" : found.isSymbolicLink() ? "link" : "other" };
}

function outside(asked: string): ClustrError {
  return new ClustrError("forbidden", `${asked.slice(0, 200)} leads out of the workspace; nothing was read.`);
}

function noFile(asked: string): ClustrError {
  return new ClustrError("invalid", `${asked} is not a file that can be read.`);
}

/** What the system says, in our words. */
function fail(asked: string, error: unknown): never {
  if (hasCode(error)) throw error;
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  const what = asked || "The workspace's folder";
  if (code === "ENOENT") throw new ClustrError("not_found", `${what} is not there (any more).`, { cause: error });
  if (code === "ENOTDIR") throw new ClustrError("invalid", `${what} is not a folder, or has none on the way to it.`);
  throw new ClustrError("invalid", `${what} cannot be read (${code}).`, { cause: error });
}

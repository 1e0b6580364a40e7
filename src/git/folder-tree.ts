import { lstat, readFile, readlink, realpath } from "node:fs/promises";
import path from "node:path";
import type { FileContent } from "../core/ports/tree.ts";
import { isSafe, onDisk, parentOf } from "./paths.ts";

/** Bytes of a file that is read whole. */
export const LARGEST = 200_000_000;

/** What lies at a path below a real folder; undefined for nothing, for what is neither file nor link, and for what is too large. */
export async function readAt(folder: string, inside: string): Promise<FileContent | undefined> {
  if (!isSafe(inside) || !(await isInside(folder, inside))) return undefined;
  const name = onDisk(folder, inside);
  const found = await lstat(name).catch(() => undefined);
  if (found?.isSymbolicLink())
    return { kind: "link", mode: 0o644, bytes: await readlink(name, { encoding: "buffer" }) };
  if (!found?.isFile() || found.size > LARGEST) return undefined;
  return { kind: "file", mode: found.mode & 0o100 ? 0o755 : 0o644, bytes: await readFile(name) };
}

/** Whether two are the same file; a link has no mode. Undefined is no file. */
export function sameContent(a: FileContent | undefined, b: FileContent | undefined): boolean {
  if (!a || !b) return a === b;
  return a.kind === b.kind && (a.kind === "link" || a.mode === b.mode) && Buffer.from(a.bytes).equals(b.bytes);
}

/** Whether no link leads the way to a path out of the folder, whose real path it is: what exists above it really is inside. */
async function isInside(folder: string, inside: string): Promise<boolean> {
  for (let above = parentOf(inside); above !== ""; above = parentOf(above)) {
    const real = await realpath(onDisk(folder, above), { encoding: "buffer" }).catch(() => undefined);
    if (real) return real.equals(onDisk(folder, above));
  }
  return true;
}

/** The real folder, by which stores are known: two names of one folder share one store. */
export function realFolder(folder: string): Promise<string> {
  return realpath(path.resolve(folder));
}

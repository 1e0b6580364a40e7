import type { FileChange, FileState } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import type { Tree } from "../ports/tree.ts";
import type { Known } from "./known.ts";
import { enters, pathsAbove } from "./plan.ts";
import { sameState } from "./same-state.ts";

/** What is to become of one path. */
export interface Swap {
  path: string;
  expected: FileState | undefined;
  next: FileState | undefined;
}

/** What of a file this needs. */
type Written = { change: FileChange };

/**
 * Writes what was planned. Files that change places, or where one becomes a folder, go together or not at all. `failed`
 * could not be written, the disk being full, say; the others that are not `done` were changed by somebody in between. All
 * these are as they were.
 */
export async function write<F extends Written>(
  files: readonly F[],
  tree: Tree,
  known: Known,
): Promise<{ done: F[]; failed: F[] }> {
  const done: F[] = [];
  const failed: F[] = [];
  for (const together of dependent(files)) {
    const outcome = await writeTogether(swapsOf(together), tree, known);
    if (outcome === "done") done.push(...together);
    if (outcome === "failed") failed.push(...together);
  }
  return { done, failed };
}

/** Makes swaps in order. When one of them cannot be made those before it are taken back. */
export async function writeTogether(
  swaps: readonly Swap[],
  tree: Tree,
  known: Known,
): Promise<"done" | "changed" | "failed"> {
  const done: Swap[] = [];
  for (const swap of swaps) {
    const outcome = await swapOne(swap, tree, known);
    if (outcome === "done") done.push(swap);
    else {
      for (const { path, expected, next } of done.reverse())
        await swapOne({ path, expected: next, next: expected }, tree, known);
      return outcome;
    }
  }
  return "done";
}

/** What cannot be written is named, and no reason to leave the others without a record of what was. */
async function swapOne({ path, expected, next }: Swap, tree: Tree, known: Known) {
  try {
    if (!(await tree.swap(path, await known.content(expected), await known.content(next)))) return "changed";
  } catch {
    return "failed";
  }
  known.note(path, next);
  return "done";
}

/** Of files that were just written, the changes that the folder indeed shows; from now on they are known. */
export async function asWritten(
  files: readonly Pick<FileChange, "path" | "after">[],
  tree: Tree,
  blobs: Blobs,
  known: Known,
): Promise<FileChange[]> {
  const changes: FileChange[] = [];
  for (const { path, after } of files) {
    const there = await tree.read(path);
    const state = there && { kind: there.kind, mode: there.mode, blob: await blobs.put(there.bytes) };
    const before = known.state(path);
    if (sameState(before, after) || !sameState(state, after)) continue;
    known.note(path, after);
    changes.push({ path, before, after });
  }
  return changes;
}

/** One swap a path; what goes makes room before what comes. Every content is in the store, so nothing is lost in between. */
export function swapsOf(files: readonly Written[]): Swap[] {
  const changes = files.map(({ change }) => change);
  const swaps = new Map<string, Swap>();
  for (const { path, from, before } of changes) {
    if (!before) continue;
    const old = from ?? path;
    swaps.set(old, { path: old, expected: before, next: undefined });
  }
  for (const { path, after } of changes) {
    // What was not there and will not be there needs nothing.
    if (after) swaps.set(path, { path, expected: swaps.get(path)?.expected, next: after });
  }
  return [...swaps.values()].sort((a, b) => Number(a.next !== undefined) - Number(b.next !== undefined));
}

/** Groups of files of which one has to leave the place that another one, or a folder of its, will take. */
export function dependent<F extends Written>(files: readonly F[]): F[][] {
  const groups = new Map(files.map((file) => [file, [file]]));
  /** Who leaves a place, and who leaves a folder that is to become a file. */
  const leaving = new Map<string, F[]>();
  const note = (place: string, file: F) => leaving.set(place, [...(leaving.get(place) ?? []), file]);
  const places = new Set(files.filter(({ change }) => enters(change)).map(({ change }) => change.path));
  for (const file of files) {
    const { path, from, before, after } = file.change;
    if (!before || (after && from === undefined)) continue;
    const above = pathsAbove(from ?? path);
    for (const place of above.filter((one, i) => i === above.length - 1 || places.has(one))) note(place, file);
  }
  for (const file of files) {
    if (!enters(file.change)) continue;
    for (const other of pathsAbove(file.change.path).flatMap((place) => leaving.get(place) ?? [])) {
      const mine = groups.get(file) ?? [];
      const theirs = groups.get(other) ?? mine;
      if (theirs === mine) continue;
      mine.push(...theirs);
      for (const one of theirs) groups.set(one, mine);
    }
  }
  return [...new Set(groups.values())];
}

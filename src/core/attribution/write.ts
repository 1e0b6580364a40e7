import type { FileChange, FileState } from "../../contract/files.ts";
import type { Tree } from "../ports/tree.ts";
import type { Known } from "./known.ts";
import { enters, pathsAbove, type PlannedFile } from "./plan.ts";

/** What is to become of one path. */
interface Swap {
  path: string;
  expected: FileState | undefined;
  next: FileState | undefined;
}

/**
 * Writes what was planned. Files that change places, or where one becomes a folder, go together or not at all. Returns the
 * files that were written; the others were changed by somebody in between and are as that somebody left them.
 */
export async function write(files: readonly PlannedFile[], tree: Tree, known: Known): Promise<PlannedFile[]> {
  const written: PlannedFile[] = [];
  for (const together of dependent(files)) {
    if (await writeTogether(swapsOf(together.map(({ change }) => change)), tree, known)) written.push(...together);
  }
  return written;
}

/** Whether the folder shows that all of a file's change was written. */
export async function wasWritten(change: FileChange, known: Known): Promise<boolean> {
  return swapsOf([change]).every(({ path, next }) => known.state(path)?.blob === next?.blob);
}

async function writeTogether(swaps: readonly Swap[], tree: Tree, known: Known): Promise<boolean> {
  const done: Swap[] = [];
  for (const swap of swaps) {
    const expected = await known.content(swap.expected);
    if (!(await tree.swap(swap.path, expected, await known.content(swap.next)))) {
      for (const { path, expected: was, next } of done.reverse()) {
        if (await tree.swap(path, await known.content(next), await known.content(was))) known.note(path, was);
      }
      return false;
    }
    known.note(swap.path, swap.next);
    done.push(swap);
  }
  return true;
}

/** One swap a path; what goes makes room before what comes. Every content is in the store, so nothing is lost in between. */
function swapsOf(changes: readonly FileChange[]): Swap[] {
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
function dependent(files: readonly PlannedFile[]): PlannedFile[][] {
  const groups = new Map(files.map((file) => [file, [file]]));
  /** Who leaves a place, and who leaves a folder that is to become a file. */
  const leaving = new Map<string, PlannedFile[]>();
  const note = (place: string, file: PlannedFile) => leaving.set(place, [...(leaving.get(place) ?? []), file]);
  const places = new Set(files.filter(enters).map(({ change }) => change.path));
  for (const file of files) {
    const { path, from, before, after } = file.change;
    if (!before || (after && from === undefined)) continue;
    const above = pathsAbove(from ?? path);
    for (const place of above.filter((one, i) => i === above.length - 1 || places.has(one))) note(place, file);
  }
  for (const file of files) {
    if (!enters(file)) continue;
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

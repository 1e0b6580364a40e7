import type { FileChange } from "../../contract/files.ts";
import type { Blobs } from "../ports/blobs.ts";
import { isWhole, keysOf } from "./past.ts";

/** Files that vanished or appeared at once, beyond which only equal contents are recognised as moved. */
const MOST_COMPARED = 50;
/** Share of equal lines from which a file that appeared counts as the one that vanished. */
const ALIKE = 0.6;

/** Finds among changes of one moment the files that were moved: gone here, and there with the same or nearly the same content. */
export async function foldMoves(changes: readonly FileChange[], blobs: Blobs): Promise<FileChange[]> {
  const gone = changes.filter(({ before, after }) => before && !after);
  const come = changes.filter(({ before, after }) => !before && after);
  const source = new Map<FileChange, FileChange>();
  const free = () => gone.filter((one) => ![...source.values()].includes(one));
  for (const one of come) {
    const equal = free().filter(
      (other) => other.before?.blob === one.after?.blob && other.before?.kind === one.after?.kind,
    );
    const best = equal.find((other) => nameOf(other.path) === nameOf(one.path)) ?? equal[0];
    if (best && !(await isEmpty(best, blobs))) source.set(one, best);
  }
  if (gone.length * come.length <= MOST_COMPARED * MOST_COMPARED) {
    for (const one of come) {
      if (source.has(one)) continue;
      let best: { other: FileChange; alike: number } | undefined;
      for (const other of free()) {
        const alike = await likeness(other, one, blobs);
        if (alike >= ALIKE && alike > (best?.alike ?? 0)) best = { other, alike };
      }
      if (best) source.set(one, best.other);
    }
  }
  const moved = new Set(source.values());
  return changes
    .filter((one) => !moved.has(one))
    .map((one) => {
      const from = source.get(one);
      return from ? { path: one.path, from: from.path, before: from.before, after: one.after } : one;
    });
}

async function isEmpty(change: FileChange, blobs: Blobs): Promise<boolean> {
  return change.before?.kind === "file" && (await keysOf(change.before, blobs)).length === 0;
}

async function likeness(gone: FileChange, come: FileChange, blobs: Blobs): Promise<number> {
  const before = await keysOf(gone.before, blobs);
  const after = await keysOf(come.after, blobs);
  if (before.length === 0 || after.length === 0 || isWhole(before[0]) || isWhole(after[0])) return 0;
  const counts = new Map<string, number>();
  for (const line of before) counts.set(line, (counts.get(line) ?? 0) + 1);
  let equal = 0;
  for (const line of after) {
    const left = counts.get(line) ?? 0;
    if (left > 0) equal++;
    counts.set(line, left - 1);
  }
  return (2 * equal) / (before.length + after.length);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

import { ClustrError } from "../contract/error.ts";
import type { Blobs } from "../core/ports/blobs.ts";
import type { SnapshotChange } from "../core/ports/snapshots.ts";
import type { FileContent, Tree } from "../core/ports/tree.ts";

/** How many files are written at once. */
const AT_ONCE = 8;

/**
 * Makes changes, each only where the file still is as it was `before`; `left` are the others, and those that could not be
 * written: what was written has to be told all the same. Rejects when nothing at all could be.
 */
export async function carryOut(
  changes: readonly SnapshotChange[],
  blobs: Blobs,
  swap: Tree["swap"],
): Promise<{ done: string[]; left: string[] }> {
  const done: string[] = [];
  const left: string[] = [];
  const content = async (state: SnapshotChange["before"]): Promise<FileContent | undefined> =>
    state && { kind: state.kind, mode: state.mode, bytes: await blobs.get(state.blob) };
  const failures: unknown[] = [];
  const one = async ({ path, before, after }: SnapshotChange) => {
    try {
      const [expected, next] = await Promise.all([content(before), content(after)]);
      ((await swap(path, expected, next)) ? done : left).push(path);
    } catch (error) {
      failures.push(error);
      left.push(path);
    }
  };
  // What goes makes room for what comes, e.g. a folder where a file was.
  const goes = changes.filter(({ after }) => !after);
  const comes = changes.filter(({ after }) => after);
  for (const some of [goes, comes])
    for (let i = 0; i < some.length; i += AT_ONCE) await Promise.all(some.slice(i, i + AT_ONCE).map(one));
  if (failures.length > 0 && done.length === 0) throw notWritten(failures[0]);
  return { done, left };
}

function notWritten(cause: unknown): ClustrError {
  return cause instanceof ClustrError
    ? cause
    : new ClustrError(
        "unavailable",
        "No file could be written, so the folder is as it was. Is the disk full, or the folder read-only?",
        { cause },
      );
}

import type { Author, Changed, FileOperation, FileState } from "../../contract/files.ts";
import { isBy } from "./author.ts";
import type { History } from "./history.ts";

export type RollbackEntry = Extract<FileOperation, { type: "rolled_back" | "rollback_undone" }>;

/** Changes of unknown author that nobody has been named for and that are not taken back. */
export function unknownOf(history: History): Changed[] {
  const undone = new Set<number>();
  for (const one of history.operations) {
    if (one.type === "rolled_back")
      for (const { operations } of one.files) operations.forEach((seq) => undone.add(seq));
    if (one.type === "rollback_undone")
      for (const { operations } of one.files) operations.forEach((seq) => undone.delete(seq));
  }
  return history.operations.filter(
    (one): one is Changed =>
      one.type === "changed" && history.authors.get(one.seq)?.kind === "ambiguous" && !undone.has(one.seq),
  );
}

/** Paths, as they are or were last, at which anybody but this author has made changes. */
export function touchedByOthers(history: History, but: Author): string[] {
  const paths: string[] = [];
  for (const { path, steps } of history.lineages) {
    const others = steps.some(({ type, seq }) => {
      const author = history.authors.get(seq);
      return type === "changed" && author !== undefined && isBy(author, but) !== "yes";
    });
    if (others) paths.push(path);
  }
  return paths;
}

/** What the folder holds of the time before the log: files as they were before the first recorded change of each. */
export function beforeLog(history: History, files: ReadonlyMap<string, FileState>): Map<string, FileState> {
  const found = new Map(files);
  for (const { path, steps } of history.lineages) {
    const [first] = steps;
    const before = first?.type === "changed" ? first.change.before : undefined;
    if (before && found.has(path)) found.set(path, before);
    else found.delete(path);
  }
  return found;
}

/** The record of a rollback, or of its undo, once it is finished. */
export function rollbackOf(history: History, id: string): RollbackEntry | undefined {
  return history.operations.findLast(
    (one): one is RollbackEntry => (one.type === "rolled_back" || one.type === "rollback_undone") && one.id === id,
  );
}

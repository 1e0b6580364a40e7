import type { Author, FileChange, FileOperation, FileState, Undone } from "../../contract/files.ts";
import { sameState } from "./same-state.ts";

/** What happened to one file, in order. */
export type Step =
  | { type: "changed"; seq: number; change: FileChange }
  | { type: "taken_back"; seq: number; undone: Undone }
  | { type: "brought_back"; seq: number; rollback: number; change: FileChange };

/** One file through all its names. A rollback can bring it back after its end. */
export interface Lineage {
  /** Seq of the first change to it. */
  id: number;
  /** Where it is, or was last. */
  path: string;
  live: boolean;
  steps: Step[];
}

/**
 * The log, indexed by file; contents are not looked at here. It is as large as the log, which forgets nothing: a rollback may
 * reach back to the first change.
 */
export class History {
  readonly #lineages = new Map<number, Lineage>();
  readonly authors = new Map<number, Author>();
  readonly operations: FileOperation[] = [];
  /** Files by the path where they are. */
  readonly #live = new Map<string, Lineage>();

  constructor(operations: Iterable<FileOperation>) {
    for (const operation of operations) this.take(operation);
  }

  get lineages(): Iterable<Lineage> {
    return this.#lineages.values();
  }

  /** Seq of the newest entry, 0 when there is none. */
  get last(): number {
    return this.operations.at(-1)?.seq ?? 0;
  }

  take(operation: FileOperation): void {
    this.operations.push(operation);
    const { seq } = operation;
    switch (operation.type) {
      case "changed":
        this.authors.set(seq, operation.author);
        return this.#changed(seq, operation.change);
      case "assigned":
        if (this.authors.has(operation.operation)) this.authors.set(operation.operation, operation.author);
        return undefined;
      case "rolled_back":
        return this.#move(operation.files, (undone) => ({ type: "taken_back", seq, undone }));
      case "rollback_undone": {
        const rollback = this.rollback(operation.rollback)?.seq ?? 0;
        return this.#move(operation.files, ({ change }) => ({ type: "brought_back", seq, rollback, change }));
      }
      case "writing":
      case "marked":
        return undefined;
    }
  }

  /** Files of which the log says something else than what is there, as changes that nobody recorded. */
  missed(there: (path: string) => FileState | undefined): FileChange[] {
    return [...this.#live.values()].flatMap(({ path, steps }) => {
      const last = steps.at(-1);
      const before = last?.type === "taken_back" ? last.undone.change.after : last?.change.after;
      const after = there(path);
      return sameState(before, after) ? [] : [{ path, before, after }];
    });
  }

  rollback(id: string): Extract<FileOperation, { type: "rolled_back" }> | undefined {
    return this.operations.find((one) => one.type === "rolled_back" && one.id === id) as
      | Extract<FileOperation, { type: "rolled_back" }>
      | undefined;
  }

  #changed(seq: number, change: FileChange): void {
    // What is made where a file was deleted is another file: the deletion can be taken back only while nothing is there.
    const known = change.before && this.#live.get(change.from ?? change.path);
    const lineage = known ?? { id: seq, path: change.from ?? change.path, live: false, steps: [] };
    this.#lineages.set(lineage.id, lineage);
    this.#leave(lineage);
    this.#enter(lineage, change, { type: "changed", seq, change });
  }

  /** All files leave before the first enters, so that two can change places. */
  #move(files: readonly Undone[], step: (undone: Undone) => Step): void {
    const moving = files.flatMap((undone) => {
      const lineage = this.#lineages.get(undone.file);
      return lineage ? [{ lineage, undone }] : [];
    });
    for (const { lineage } of moving) this.#leave(lineage);
    for (const { lineage, undone } of moving) this.#enter(lineage, undone.change, step(undone));
  }

  #leave(lineage: Lineage): void {
    if (this.#live.get(lineage.path) === lineage) this.#live.delete(lineage.path);
  }

  #enter(lineage: Lineage, { path, after }: FileChange, step: Step): void {
    lineage.steps.push(step);
    lineage.path = path;
    lineage.live = after !== undefined;
    if (lineage.live) this.#live.set(path, lineage);
  }
}

/** Something an operation did to a line or a value. Off while a rollback holds it undone; `turned`: seq of that rollback, else 0. */
export interface Mark {
  seq: number;
  on: boolean;
  turned: number;
}

/** Seq of what was there before the first recorded change. */
export const BASE = 0;

export function markOf(seq: number): Mark {
  return { seq, on: true, turned: 0 };
}

/** What is made of marks: taking operations back is switching theirs off, undoing that is switching the very same on. */
export abstract class Marked {
  /** By seq of a rollback: what it switched off and holds off. */
  readonly #held = new Map<number, ReadonlySet<Mark>>();

  /** Switches off, on behalf of a rollback, those of some marks that these operations made. */
  protected switchOff(rollback: number, operations: ReadonlySet<number>, marks: readonly Mark[]): void {
    const own = marks.filter((mark) => mark.on && operations.has(mark.seq));
    for (const mark of own) Object.assign(mark, { on: false, turned: rollback });
    this.#held.set(rollback, new Set(own));
  }

  /** Switches on again what a rollback switched off. */
  bringBack(rollback: number): void {
    for (const mark of this.heldBy(rollback)) Object.assign(mark, { on: true, turned: 0 });
    this.#held.delete(rollback);
  }

  heldBy(rollback: number): ReadonlySet<Mark> {
    return this.#held.get(rollback) ?? new Set();
  }
}

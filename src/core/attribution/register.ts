import type { Mark } from "./weave.ts";
import { BASE } from "./weave.ts";

/** A value that operations set, one after the other: a file's mode, its path, whether it exists. */
export class Register<T> {
  readonly #entries: { mark: Mark; value: T }[];
  readonly #held = new Map<number, Set<Mark>>();

  constructor(first: T) {
    this.#entries = [{ mark: { seq: BASE, on: true, turned: 0 }, value: first }];
  }

  get value(): T {
    return this.with(() => false);
  }

  /** The value with some marks the other way round. */
  with(turned: (mark: Mark) => boolean): T {
    const last = this.#entries.findLast(({ mark }) => mark.on !== turned(mark)) ?? this.#entries[0];
    // The first entry is made in the constructor and never switched off.
    return (last as { value: T }).value;
  }

  set(seq: number, value: T): void {
    if (value !== this.value) this.#entries.push({ mark: { seq, on: true, turned: 0 }, value });
  }

  takeBack(rollback: number, operations: ReadonlySet<number>): void {
    const marks = this.marks().filter((mark) => mark.on && operations.has(mark.seq));
    for (const mark of marks) Object.assign(mark, { on: false, turned: rollback });
    this.#held.set(rollback, new Set(marks));
  }

  bringBack(rollback: number): void {
    for (const mark of this.heldBy(rollback)) Object.assign(mark, { on: true, turned: 0 });
    this.#held.delete(rollback);
  }

  heldBy(rollback: number): ReadonlySet<Mark> {
    return this.#held.get(rollback) ?? new Set();
  }

  marks(): Mark[] {
    return this.#entries.map(({ mark }) => mark);
  }
}

import { BASE, Marked, markOf, type Mark } from "./marks.ts";

/** A value that operations set, one after the other: a file's mode, its path, whether it exists. */
export class Register<T> extends Marked {
  readonly #entries: { mark: Mark; value: T }[];

  constructor(first: T) {
    super();
    this.#entries = [{ mark: markOf(BASE), value: first }];
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
    if (value !== this.value) this.#entries.push({ mark: markOf(seq), value });
  }

  /** Takes back what these operations set, on behalf of a rollback. */
  takeBack(rollback: number, operations: ReadonlySet<number>): void {
    this.switchOff(
      rollback,
      operations,
      this.#entries.map(({ mark }) => mark),
    );
  }
}

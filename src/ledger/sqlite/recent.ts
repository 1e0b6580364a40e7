import type { Row } from "../record.ts";

/** Rows and characters that are held. */
const ROWS = 2_000;
const SIZE = 4_000_000;

/** The rows written last, without a gap: who follows closely need not have them read from the disk. */
export class Recent {
  #rows: Row[] = [];
  #size = 0;

  /** A row that is durable now. */
  add(row: Row): void {
    const last = this.#rows.at(-1);
    if (last && last.seq + 1 !== row.seq) this.#rows = [];
    if (this.#rows.length === 0) this.#size = 0;
    this.#rows.push(row);
    this.#size += row.data.length;
    // Half of them at once: taking away one at a time would move all the others each time.
    if (this.#rows.length > ROWS) this.#drop(ROWS / 2);
    while (this.#size > SIZE) this.#drop(Math.ceil(this.#rows.length / 2));
  }

  /** Some of the rows after a position, in order; nothing when it does not hold the first of them. */
  after(position: number, limit: number): Row[] | undefined {
    const first = this.#rows[0]?.seq ?? Infinity;
    const from = position + 1 - first;
    return from >= 0 && from < this.#rows.length ? this.#rows.slice(from, from + limit) : undefined;
  }

  #drop(count: number): void {
    for (const { data } of this.#rows.splice(0, count)) this.#size -= data.length;
  }
}

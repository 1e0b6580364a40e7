/** Something a screen has received and not parsed yet. */
export type Arrived =
  | { type: "bytes"; offset: number; bytes: Uint8Array }
  | { type: "resized"; cols: number; rows: number };

const NEWLINE = 0x0a;
const ESC = 0x1b;
/** How far to look for a good place to cut. */
const SEARCH = 4_096;

/** Output waiting to be parsed, with resizes at their places. */
export class Backlog {
  #arrived: Arrived[] = [];
  #head = 0;
  #bytes = 0;

  /** Bytes waiting. */
  get bytes(): number {
    return this.#bytes;
  }

  get empty(): boolean {
    return this.#head === this.#arrived.length;
  }

  add(arrived: Arrived): void {
    this.#arrived.push(arrived);
    if (arrived.type === "bytes") this.#bytes += arrived.bytes.length;
  }

  /** The next resize, or at most `max` bytes in one piece that does not reach over `border` when it begins before it. */
  take(max: number, border: number): Arrived | undefined {
    const first = this.#next();
    if (!first || first.type === "resized") {
      this.#drop();
      return first;
    }
    const limit = first.offset < border ? Math.min(max, border - first.offset) : max;
    const parts: Uint8Array[] = [];
    let size = 0;
    for (let next = this.#next(); next?.type === "bytes" && size < limit; next = this.#next()) {
      const part = next.bytes.subarray(0, limit - size);
      parts.push(part);
      size += part.length;
      this.#shorten(next, part.length);
    }
    return {
      type: "bytes",
      offset: first.offset,
      bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts),
    };
  }

  /** Drops the oldest until about `keep` bytes are left, to a place where reading can begin; gives the last dropped resize. */
  cut(keep: number): { offset: number; size: Extract<Arrived, { type: "resized" }> | undefined } {
    let size: Extract<Arrived, { type: "resized" }> | undefined;
    let offset = 0;
    for (let next = this.#next(); next && this.#bytes > keep; next = this.#next()) {
      if (next.type === "resized") {
        size = next;
        this.#drop();
      } else {
        const excess = this.#bytes - keep;
        const drop = excess >= next.bytes.length ? next.bytes.length : excess + beginning(next.bytes.subarray(excess));
        offset = next.offset + drop;
        this.#shorten(next, drop);
      }
    }
    return { offset, size };
  }

  #next(): Arrived | undefined {
    return this.#arrived[this.#head];
  }

  #shorten(entry: Extract<Arrived, { type: "bytes" }>, by: number): void {
    this.#bytes -= by;
    if (by === entry.bytes.length) this.#drop();
    else this.#arrived[this.#head] = { type: "bytes", offset: entry.offset + by, bytes: entry.bytes.subarray(by) };
  }

  #drop(): void {
    if (this.empty) return;
    this.#head++;
    // Moving the array for every entry would be quadratic.
    if (this.#head > 1_000 || this.empty) {
      this.#arrived.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

/** Where a line or an escape sequence begins, near the start. */
function beginning(bytes: Uint8Array): number {
  const near = bytes.subarray(0, SEARCH);
  for (const [at, byte] of near.entries()) {
    if (byte === ESC) return at;
    if (byte === NEWLINE) return at + 1;
  }
  return 0;
}

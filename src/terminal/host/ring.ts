/** The last bytes of a terminal's output, by absolute offset. Pages of it that were never written cost no memory. */
export class Ring {
  #kept: Buffer;
  #end = 0;
  #lentFrom = Infinity;

  /** @param size bytes to keep */
  constructor(size: number) {
    this.#kept = Buffer.alloc(size);
  }

  /** Offset of the oldest byte kept. */
  get start(): number {
    return Math.max(0, this.#end - this.#kept.length);
  }

  /** Offset after the newest byte. */
  get end(): number {
    return this.#end;
  }

  push(bytes: Uint8Array): void {
    const size = this.#kept.length;
    const tail = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes;
    this.#end += bytes.length;
    if (this.start > this.#lentFrom) {
      // What was lent keeps the old memory. Rare: the program waits for its borrower long before.
      this.#kept = Buffer.from(this.#kept);
      this.#lentFrom = Infinity;
    }
    const at = (this.#end - tail.length) % size;
    const first = Math.min(tail.length, size - at);
    this.#kept.set(tail.subarray(0, first), at);
    if (first < tail.length) this.#kept.set(tail.subarray(first), 0);
  }

  /** A copy of up to `max` bytes from `offset`, which must not be before `start`. */
  read(offset: number, max: number): Buffer {
    return Buffer.concat(this.#views(offset, max));
  }

  /** The same, not copied: it stays as it is until `takeBack`, whatever is pushed meanwhile. To one borrower at a time. */
  lend(offset: number, max: number): Buffer[] {
    this.#lentFrom = offset;
    return this.#views(offset, max);
  }

  takeBack(): void {
    this.#lentFrom = Infinity;
  }

  #views(offset: number, max: number): Buffer[] {
    const size = this.#kept.length;
    const length = Math.min(max, this.#end - offset);
    const at = offset % size;
    const first = Math.min(length, size - at);
    const views = [this.#kept.subarray(at, at + first), this.#kept.subarray(0, length - first)];
    return views.filter((view) => view.length > 0);
  }
}

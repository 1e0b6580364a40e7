/** The last bytes of a terminal's output, by absolute offset. Pages of it that were never written cost no memory. */
export class Ring {
  readonly #kept: Buffer;
  #end = 0;

  /** @param size bytes to keep */
  constructor(size: number) {
    this.#kept = Buffer.alloc(size);
  }

  /** Offset of the oldest byte kept. */
  get start(): number {
    return Math.max(0, this.#end - this.#kept.length);
  }

  push(bytes: Uint8Array): void {
    const size = this.#kept.length;
    const tail = bytes.length > size ? bytes.subarray(bytes.length - size) : bytes;
    this.#end += bytes.length;
    const at = (this.#end - tail.length) % size;
    const first = Math.min(tail.length, size - at);
    this.#kept.set(tail.subarray(0, first), at);
    this.#kept.set(tail.subarray(first), 0);
  }

  /** A copy of up to `max` bytes from `offset`, which must not be before `start`. */
  read(offset: number, max: number): Buffer {
    const size = this.#kept.length;
    const length = Math.min(max, this.#end - offset);
    const at = offset % size;
    const first = Math.min(length, size - at);
    return Buffer.concat([this.#kept.subarray(at, at + first), this.#kept.subarray(0, length - first)]);
  }
}

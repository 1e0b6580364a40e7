/** Contents that were used last, by hash, up to a number of bytes in all. */
export class Recent {
  readonly #most: number;
  /** The one that was used longest ago comes first. */
  readonly #contents = new Map<string, Uint8Array>();
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(hash: string): Uint8Array | undefined {
    const found = this.#contents.get(hash);
    if (found) {
      this.#contents.delete(hash);
      this.#contents.set(hash, found);
    }
    return found;
  }

  /** A large one is not worth the many it would push out. */
  add(hash: string, bytes: Uint8Array): void {
    if (bytes.length > this.#most / 16 || this.#contents.has(hash)) return;
    this.#contents.set(hash, bytes);
    this.#size += bytes.length;
    for (const [oldest, { length }] of this.#contents) {
      if (this.#size <= this.#most) break;
      this.#contents.delete(oldest);
      this.#size -= length;
    }
  }
}

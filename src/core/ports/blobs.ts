/** A store of file contents by hash. Never forgets what it took while something refers to it. */
export interface Blobs {
  /** Keeps the bytes and returns their hash: the same for the same bytes. Durable when it resolves. */
  put(bytes: Uint8Array): Promise<string>;
  /** Rejects with `not_found` for a hash it never took. */
  get(hash: string): Promise<Uint8Array>;
}

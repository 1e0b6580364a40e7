/** What the door holds at most, in bytes, counts and milliseconds. */
export interface DoorLimits {
  /** Bytes one request's body may have; more is refused with 413. */
  requestBytes: number;
  /** Bytes one answer may have; more is refused with 502. */
  answerBytes: number;
  /** Bytes of all requests and answers held at one time; beyond it 503. */
  heldBytes: number;
  /** Requests under way at one time; beyond it 503. */
  requests: number;
  /** Agents' connections at one time; beyond it new ones are dropped. */
  connections: number;
  /** How long a request waits for a server that is away or keeps breaking. */
  patienceMs: number;
  /** Between two looks whether the server is back. */
  retryMs: number;
}

export const DOOR_LIMITS: DoorLimits = {
  requestBytes: 2 * 1024 * 1024,
  answerBytes: 16 * 1024 * 1024,
  heldBytes: 64 * 1024 * 1024,
  requests: 256,
  connections: 512,
  patienceMs: 10 * 60_000,
  retryMs: 100,
};

/** A counted allowance of bytes: the sum of everything the door keeps in memory. */
export class Memory {
  #free: number;

  constructor(bytes: number) {
    this.#free = bytes;
  }

  /** Bytes left. */
  get free(): number {
    return this.#free;
  }

  hold(): Hold {
    return new Hold((bytes) => {
      if (bytes > this.#free) return false;
      this.#free -= bytes;
      return true;
    });
  }
}

/** One holder's share of a `Memory`. */
export class Hold {
  #bytes = 0;
  readonly #take: (bytes: number) => boolean;

  constructor(take: (bytes: number) => boolean) {
    this.#take = take;
  }

  /** Counts `bytes` in, or says false when there is no room for them. */
  take(bytes: number): boolean {
    if (!this.#take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Gives everything back; harmless when repeated. */
  release(): void {
    this.#take(-this.#bytes);
    this.#bytes = 0;
  }
}

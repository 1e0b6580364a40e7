/** Bytes of output on their way to one client beyond which large pieces wait: whatever is urgent queues behind them. */
const FULL = 131_072;

type Pump = () => Promise<void>;

/**
 * Lets the followers of one client share its connection: while enough is on its way, those with much to send wait, and go
 * on one after the other as the client reads. Without it a dozen floods put a dozen megabytes in front of a key's echo.
 */
export class Share {
  readonly #underWay: () => number;
  readonly #waiting = new Set<Pump>();
  #going = false;

  /** @param underWay bytes written to the connection that it has not passed on yet. */
  constructor(underWay: () => number) {
    this.#underWay = underWay;
  }

  /** Whether there is room now; if not, `pump` is called when its turn has come. */
  readonly mayGo = (pump: Pump): boolean => {
    if (this.#underWay() < FULL) return true;
    this.#waiting.delete(pump);
    this.#waiting.add(pump);
    return false;
  };

  /** The client has read: those who wait go on in the order they came, as far as there is room. */
  async next(): Promise<void> {
    if (this.#going) return;
    this.#going = true;
    try {
      for (const pump of this.#waiting) {
        if (this.#underWay() >= FULL) return;
        this.#waiting.delete(pump);
        await pump();
      }
    } finally {
      this.#going = false;
    }
  }
}

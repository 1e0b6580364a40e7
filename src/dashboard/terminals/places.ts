/** Terminals that are alive on the page at once; the others are shown as text. */
export const PLACES = 6;

/**
 * Who has one of the few places for live terminals. A newcomer gets a free one, or that of a terminal nobody sees; one
 * that is used always gets one, from the terminal that was not used for the longest time.
 */
export class Places {
  readonly #limit: number;
  /** In the order of their last use, the latest at the end. */
  #seated: string[] = [];
  #waiting: string[] = [];
  readonly #hidden = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(key: string): boolean {
    return this.#seated.includes(key);
  }

  /** Whether it was used last of all: it is the one a person works with. */
  isFront(key: string): boolean {
    return this.#seated.at(-1) === key;
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  enter(key: string): void {
    if (this.has(key) || this.#waiting.includes(key)) return;
    this.#waiting.push(key);
    this.#fill();
  }

  leave(key: string): void {
    this.#seated = this.#seated.filter((one) => one !== key);
    this.#waiting = this.#waiting.filter((one) => one !== key);
    this.#hidden.delete(key);
    this.#fill();
  }

  see(key: string, visible: boolean): void {
    if (visible) this.#hidden.delete(key);
    else this.#hidden.add(key);
    this.#fill();
  }

  use(key: string): void {
    if (this.isFront(key)) return;
    const others = this.#seated.filter((one) => one !== key);
    if (others.length >= this.#limit) this.#waiting.unshift(...this.#evict(others));
    this.#waiting = this.#waiting.filter((one) => one !== key);
    this.#seated = [...others, key];
    this.#tell();
  }

  /** Takes the hidden one, else the least used one, out of `from`. */
  #evict(from: string[]): string[] {
    const at = Math.max(
      0,
      from.findIndex((one) => this.#hidden.has(one)),
    );
    return from.splice(at, 1);
  }

  #fill(): void {
    for (const key of this.#waiting.filter((one) => !this.#hidden.has(one))) {
      if (this.#seated.length >= this.#limit) {
        if (!this.#seated.some((one) => this.#hidden.has(one))) break;
        this.#waiting.push(...this.#evict(this.#seated));
      }
      this.#waiting = this.#waiting.filter((one) => one !== key);
      // A newcomer is not in use: it comes before those that were.
      this.#seated = [key, ...this.#seated];
    }
    this.#tell();
  }

  #tell(): void {
    for (const changed of this.#listeners) changed();
  }
}

/** The places of this page. */
export const places = new Places(PLACES);

import type { Failure } from "../../contract/error.ts";
import type { PendingPaste } from "./paste.ts";

/** What there is to say around a live terminal. Replaced whenever anything in it changes. */
export interface ScreenState {
  /** `waiting`: the program has printed nothing yet. */
  phase: "attaching" | "waiting" | "live" | "refused";
  /** Keys get through. */
  reachable: boolean;
  /** A key was pressed that could not get through. */
  knocked: boolean;
  /** The terminal has the size of this window; undefined until that is known. */
  drives: boolean | undefined;
  cols: number;
  rows: number;
  /** That is just the room there is here. */
  fits: boolean;
  /** Lines that came below while the person reads above; undefined at the bottom. */
  below: number | undefined;
  /** Output came faster than it could be shown, so some of it is not above. */
  skipped: boolean;
  exit: { code: number | null; signal: number | null; at: string } | undefined;
  refusal: Failure | undefined;
  /** Input that was not taken, and why. */
  trouble: string | undefined;
  /** Text that waits for a yes before it is pasted. */
  paste: PendingPaste | undefined;
  /** Where a link under the pointer leads. */
  target: string | undefined;
}

export const AT_FIRST: ScreenState = {
  phase: "attaching",
  reachable: false,
  knocked: false,
  drives: undefined,
  cols: 0,
  rows: 0,
  fits: true,
  below: undefined,
  skipped: false,
  exit: undefined,
  refusal: undefined,
  trouble: undefined,
  paste: undefined,
  target: undefined,
};

/** One value that can be watched; fits `useSyncExternalStore`. */
export class Store<T extends object> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  /** Tells only when something is another than before. */
  set(change: Partial<T>): void {
    const keys = Object.keys(change) as (keyof T)[];
    if (keys.every((key) => Object.is(this.#value[key], change[key]))) return;
    this.#value = { ...this.#value, ...change };
    for (const changed of this.#listeners) changed();
  }
}

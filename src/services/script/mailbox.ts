import type { Door } from "./door.ts";
import { listen } from "./listen.ts";
import type { Match } from "./steps.ts";

/** A message as a script sees it. */
export interface Mail {
  id: string;
  from: string;
  to: string;
  content: string;
}

/** Messages kept until a step takes them; beyond it the oldest go (they stay readable in the workspace). */
const KEPT = 1_000;
/** Ids remembered, so that a message handed over twice is taken once. */
const REMEMBERED = 500;

/** Messages read at the same time, in full. */
const READ_AT_ONCE = 16;

interface Parcel {
  id: string;
  text: string;
}

/** Receives messages as they come and keeps them in order until they are taken. */
export class Mailbox {
  readonly #door: Door;
  readonly #arrived: (mail: Mail) => void;
  readonly #waiting: Mail[] = [];
  readonly #got: string[] = [];
  readonly #watchers = new Set<() => void>();

  /** `arrived` is called for each message at once, whoever takes it later. */
  constructor(door: Door, arrived: (mail: Mail) => void) {
    this.#door = door;
    this.#arrived = arrived;
  }

  /**
   * Holds a line to the server until the signal aborts. Each request says which messages have been received, so that the
   * server knows what arrived even if it, or an answer, got lost in between.
   */
  listen(signal: AbortSignal): Promise<void> {
    return listen(async (timeoutMs) => {
      const { parcels } = await this.#door.hook("next-message", { got: this.#got }, timeoutMs);
      const news = (Array.isArray(parcels) ? (parcels as Parcel[]) : []).filter(({ id }) => !this.#got.includes(id));
      // While they are read no request is open, and nothing more can come.
      for (let first = 0; first < news.length; first += READ_AT_ONCE) {
        const some = news.slice(first, first + READ_AT_ONCE);
        for (const mail of await Promise.all(some.map((parcel) => this.#read(parcel)))) this.#receive(mail);
      }
    }, signal);
  }

  #receive(mail: Mail): void {
    if (this.#got.includes(mail.id)) return;
    this.#got.push(mail.id);
    if (this.#got.length > REMEMBERED) this.#got.shift();
    this.#waiting.push(mail);
    if (this.#waiting.length > KEPT) this.#waiting.shift();
    this.#arrived(mail);
    for (const wake of this.#watchers) wake();
  }

  /** The parcel is made for a model; the tool has the message in its parts, and in full. */
  async #read({ id, text }: Parcel): Promise<Mail> {
    const answer = (await this.#door.call("read_messages", { id }).catch(() => undefined)) as
      | { messages?: Mail[] }
      | undefined;
    return answer?.messages?.[0] ?? { id, from: "system", to: "", content: text };
  }

  /** Takes the first message that matches, now or when it comes; undefined once `signal` aborts. */
  async take(match: Match, signal: AbortSignal): Promise<Mail | undefined> {
    for (;;) {
      const index = this.#waiting.findIndex((mail) => fits(mail, match));
      if (index >= 0) return this.#waiting.splice(index, 1)[0];
      if (signal.aborted) return undefined;
      await this.#change(signal);
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#watchers.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#watchers.add(done);
      signal.addEventListener("abort", done);
    });
  }
}

/** Whether a message is one that a step waits for, or a rule is for. */
export function fits(mail: Mail, { from, containing }: Match): boolean {
  return (
    (from === undefined || mail.from === from) &&
    (containing === undefined || mail.content.toLowerCase().includes(containing.toLowerCase()))
  );
}

import { readdir } from "node:fs/promises";
import path from "node:path";
import { detach, type Alone } from "./detach.ts";
import { free } from "./prune.ts";
import { runGit, type GitPlace } from "./run-git.ts";

/** Packs from which small ones are joined: git looks through all of them for what it does not find. */
const MANY_PACKS = 50;
/** Milliseconds that joining may take. */
const LONGEST = 600_000;

/**
 * What the store does for itself when nobody waits: become independent of the person's repository, join small packs, free
 * what nothing refers to. One at a time, beside snapshots; `close` calls off what is under way, which a later one repeats.
 */
export class Upkeep {
  readonly #place: GitPlace;
  readonly #alone: Alone;
  readonly #closed = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #detached: Promise<void> | undefined;

  constructor(place: GitPlace, alone: Alone) {
    this.#place = place;
    this.#alone = alone;
  }

  /** Resolves once the store needs nothing of the person's repository any more. If that fails the next call tries again. */
  detached(): Promise<void> {
    this.#detached ??= this.#next((signal) => detach(this.#place, this.#alone, signal));
    this.#detached.catch(() => (this.#detached = undefined));
    return this.#detached;
  }

  /** After a snapshot. Never rejects: what fails now is tried after the next one. */
  async tidy(): Promise<void> {
    await this.detached().catch(() => {});
    await this.#next((signal) => joinPacks(this.#place, signal)).catch(() => {});
  }

  free(): Promise<void> {
    return this.#next((signal) => free(this.#place, signal));
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#turn;
  }

  #next(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.#closed;
    const result = this.#turn.then(() => work(signal));
    this.#turn = result.catch(() => {});
    return result;
  }
}

async function joinPacks(place: GitPlace, signal: AbortSignal): Promise<void> {
  const files = await readdir(path.join(place.store, "objects/pack"));
  if (files.filter((name) => name.endsWith(".idx")).length < MANY_PACKS || signal.aborted) return;
  const call = { signal, timeout: LONGEST, inBackground: true };
  await runGit(place, ["repack", "-d", "-l", "-q", "--geometric=2"], call);
}

import { setTimeout as pause } from "node:timers/promises";
import type { ScreenSnapshot, ScreenState } from "../../core/ports/screen.ts";
import type { TerminalHost, TerminalInfo } from "../../core/ports/terminal.ts";
import { DEBT_LIMIT, HeadlessScreen, REBUILD_BYTES } from "./headless.ts";
import type { Turns } from "./turns.ts";

/** Between two tries to follow a terminal whose host cannot be reached. */
const AGAIN_MS = 500;

interface FollowedOptions {
  host: Pick<TerminalHost, "follow" | "info" | "write">;
  signal: AbortSignal;
  log: (message: string, details?: Record<string, unknown>) => void;
  info: TerminalInfo;
  turns: Turns;
  /** Queries before this offset are not answered. */
  answerFrom: number;
}

/** A terminal and the headless screen that follows it, through losses of the link to the host. */
export class Followed {
  readonly #options: FollowedOptions;
  readonly #closing = new AbortController();
  #epoch: string;
  #screen: HeadlessScreen;
  #ended = false;

  constructor(options: FollowedOptions) {
    this.#options = options;
    this.#epoch = options.info.epoch;
    this.#screen = this.#begin(options.info, options.answerFrom);
    void this.#follow();
  }

  /** Parses everything printed so far, as far as `limitMs` allows; before other screens when a person waits for it. */
  async caughtUp(limitMs: number, watched: boolean): Promise<void> {
    const before = performance.now();
    const printed = this.#ended
      ? undefined
      : await Promise.race([this.#info().catch(() => undefined), pause(limitMs, undefined, { ref: false })]);
    const end = printed?.epoch === this.#epoch ? printed.endOffset : 0;
    const left = Math.max(0, limitMs - (performance.now() - before));
    await this.#screen.caughtUp(Math.max(end, this.#screen.received), left, watched);
  }

  read(): ScreenState {
    return { ...this.#screen.read(), epoch: this.#epoch };
  }

  snapshot(): ScreenSnapshot {
    return { ...this.#screen.snapshot(), epoch: this.#epoch };
  }

  /** The title, then each new one until the terminal has ended; of titles that follow fast only the last. */
  async *titles(signal: AbortSignal): AsyncGenerator<string> {
    const until = AbortSignal.any([signal, this.#closing.signal]);
    let last: string | undefined;
    while (!until.aborted) {
      const { title } = this.#screen;
      if (title !== last) {
        last = title;
        yield title;
      } else if (this.#ended && this.#screen.idle) {
        return;
      } else {
        await this.#screen.changed(until);
      }
    }
  }

  close(): void {
    this.#closing.abort();
    this.#screen.dispose();
  }

  /** A terminal with more output than is worth parsing begins near its end. */
  #begin(info: TerminalInfo, answerFrom: number): HeadlessScreen {
    const { host, log, turns } = this.#options;
    const offset = info.endOffset - info.firstOffset > DEBT_LIMIT ? info.endOffset - REBUILD_BYTES : info.firstOffset;
    const answer = (text: string): void => {
      host
        .write(info.id, Buffer.from(text, "latin1"))
        .catch((error: unknown) =>
          log("an answer to a terminal's query was not taken", { terminal: info.id, error: String(error) }),
        );
    };
    return new HeadlessScreen({ cols: info.cols, rows: info.rows, offset, answerFrom, turns, answer, log });
  }

  #info(): Promise<TerminalInfo | undefined> {
    return this.#options.host.info(this.#options.info.id);
  }

  async #follow(): Promise<void> {
    const { host, info, log } = this.#options;
    const signal = AbortSignal.any([this.#options.signal, this.#closing.signal]);
    while (!signal.aborted && !this.#ended) {
      try {
        for await (const chunk of host.follow(info.id, this.#screen.received, signal)) {
          this.#screen.feed(chunk);
          if (chunk.type === "exit") this.#ended = true;
        }
        if (!this.#ended) await pause(AGAIN_MS, undefined, { signal });
        if (!this.#ended) await this.#lookAgain();
      } catch (error) {
        if (signal.aborted) return;
        log("a terminal's output cannot be followed just now", { terminal: info.id, error: String(error) });
        await pause(AGAIN_MS, undefined, { signal }).catch(() => undefined);
        await this.#lookAgain().catch(() => undefined);
      }
    }
  }

  /** After the host was lost: the terminal may have gone with it, or be another one of the same name. */
  async #lookAgain(): Promise<void> {
    const now = await this.#info();
    if (!now) {
      this.#ended = true;
      this.#screen.wake();
    } else if (now.epoch !== this.#epoch) {
      this.#epoch = now.epoch;
      this.#screen.dispose();
      this.#screen = this.#begin(now, 0);
    }
  }
}

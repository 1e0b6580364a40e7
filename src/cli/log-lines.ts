import { open, stat } from "node:fs/promises";
import { pause } from "./pause.ts";

/** One line of the server's log. */
export interface LogLine {
  /** As it stands in the file. */
  text: string;
  /** Milliseconds since 1970; 0 when it has none. */
  time: number;
  level: number;
  message: string;
  details: Record<string, unknown>;
}

/** Between two looks for more, ms. */
const LOOK_MS = 300;
/** Bytes read at once. */
const PIECE = 65_536;
/** Characters of one line; the rest of a longer one is left out. */
const LONGEST = 1_000_000;

/**
 * The lines of a log, the older file first, and, when followed, what is written next, over its beginning anew as well. Ends
 * quietly when the signal aborts. A log that is not there has no lines.
 */
export async function* linesOf(file: string, follow: boolean, signal: AbortSignal): AsyncIterable<LogLine> {
  yield* new Reading(`${file}.old`).more();
  let reading = new Reading(file);
  for (;;) {
    yield* reading.more();
    if (!follow) return;
    await pause(LOOK_MS, signal).catch(() => {});
    if (signal.aborted) return;
    if (await reading.isOver()) {
      // What was written last before the file became the older one.
      yield* reading.more(`${file}.old`);
      reading = new Reading(file);
    }
  }
}

/** A file as far as it was read. */
class Reading {
  readonly #file: string;
  #inode: bigint | undefined;
  #at = 0;
  #rest = "";

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether another file has the name by now. */
  async isOver(): Promise<boolean> {
    const found = await stat(this.#file, { bigint: true }).catch(() => undefined);
    return found !== undefined && this.#inode !== undefined && found.ino !== this.#inode;
  }

  /** Whole lines that were not read yet; `file`: where the file is by now. */
  async *more(file = this.#file): AsyncIterable<LogLine> {
    const handle = await open(file, "r").catch(() => undefined);
    if (!handle) return;
    try {
      const { ino } = await handle.stat({ bigint: true });
      if (this.#inode !== undefined && ino !== this.#inode) return;
      this.#inode = ino;
      const decoder = new TextDecoder();
      const piece = Buffer.alloc(PIECE);
      for (;;) {
        const { bytesRead } = await handle.read(piece, 0, PIECE, this.#at);
        if (bytesRead === 0) return;
        this.#at += bytesRead;
        const lines = (this.#rest + decoder.decode(piece.subarray(0, bytesRead), { stream: true })).split("\n");
        this.#rest = (lines.pop() ?? "").slice(0, LONGEST);
        for (const line of lines) if (line !== "") yield parse(line);
      }
    } finally {
      await handle.close();
    }
  }
}

/** A line that is not as we write them (cut off by a crash) is shown as it is. */
function parse(text: string): LogLine {
  try {
    const { time, level, msg, ...details } = JSON.parse(text) as Record<string, unknown>;
    return {
      text,
      time: typeof time === "number" ? time : 0,
      level: typeof level === "number" ? level : 40,
      message: typeof msg === "string" ? msg : "",
      details,
    };
  } catch {
    return { text, time: 0, level: 40, message: text, details: {} };
  }
}

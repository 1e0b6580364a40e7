import { EventEmitter, once } from "node:events";
import { ClustrError } from "../../src/contract/error.ts";
import type { Screens } from "../../src/core/ports/screen.ts";
import type { TerminalChunk, TerminalHost, TerminalInfo } from "../../src/core/ports/terminal.ts";

/** One terminal: what it printed, as chunks, and what was done to it. */
interface Tape {
  info: TerminalInfo;
  chunks: TerminalChunk[];
  /** Resolves waiting followers. */
  news: EventEmitter;
}

/** Terminals without programs: a test prints into them byte by byte, so that every offset is known. */
export interface MemoryHost extends TerminalHost {
  print(id: string, bytes: Uint8Array): void;
  exit(id: string, code: number): void;
  /** Everything typed so far. */
  typed(id: string): string;
  /** Followers running now. */
  followers(): number;
  sizes(id: string): string[];
}

/** `kept`: bytes a terminal keeps; what is older becomes a gap. */
export function memoryHost(kept = 64_000_000): MemoryHost {
  const tapes = new Map<string, Tape>();
  const typed = new Map<string, string>();
  let followers = 0;

  function tapeOf(id: string): Tape {
    const tape = tapes.get(id);
    if (!tape) throw new ClustrError("not_found", `No terminal ${id}.`);
    return tape;
  }

  function add(tape: Tape, chunk: TerminalChunk): void {
    tape.chunks.push(chunk);
    tape.news.emit("more");
  }

  return {
    async ensure({ id, cols, rows }) {
      const known = tapes.get(id);
      if (known) return known.info;
      const info: TerminalInfo = { id, epoch: `epoch-${id}`, pid: 1, cols, rows, firstOffset: 0, endOffset: 0 };
      tapes.set(id, { info, chunks: [], news: new EventEmitter().setMaxListeners(0) });
      return info;
    },
    list: async () => [...tapes.values()].map(({ info }) => ({ ...info })),
    async info(id) {
      const tape = tapes.get(id);
      return tape && { ...tape.info };
    },
    async write(id, bytes) {
      tapeOf(id);
      typed.set(id, (typed.get(id) ?? "") + Buffer.from(bytes).toString());
    },
    async resize(id, cols, rows) {
      const tape = tapeOf(id);
      Object.assign(tape.info, { cols, rows });
      add(tape, { type: "resized", offset: tape.info.endOffset, cols, rows });
    },
    async *follow(id, from, signal) {
      const tape = tapeOf(id);
      followers++;
      try {
        if (from < tape.info.firstOffset) yield { type: "gap", offset: tape.info.firstOffset };
        for (let at = 0; ; at++) {
          while (at >= tape.chunks.length) {
            await once(tape.news, "more", { signal }).catch(() => {});
            if (signal.aborted) return;
          }
          const chunk = tape.chunks[at];
          if (!chunk) return;
          if (chunk.type !== "bytes") {
            if (chunk.offset >= from) yield chunk;
            if (chunk.type === "exit") return;
            continue;
          }
          const end = chunk.offset + chunk.bytes.length;
          if (end <= from || end <= tape.info.firstOffset) continue;
          const offset = Math.max(from, chunk.offset);
          yield { type: "bytes", offset, bytes: chunk.bytes.subarray(offset - chunk.offset) };
        }
      } finally {
        followers--;
      }
    },
    async exited(id, signal) {
      const tape = tapeOf(id);
      while (!tape.info.exit) await once(tape.news, "more", { signal });
      return tape.info.exit;
    },
    kill: async () => ({ survivors: [] }),
    forget: async (id) => void tapes.delete(id),
    doorPort: async () => 0,
    shutdown: async () => ({ ended: 0, survivors: [] }),
    close: async () => {},
    print(id, bytes) {
      const tape = tapeOf(id);
      const offset = tape.info.endOffset;
      tape.info.endOffset += bytes.length;
      tape.info.firstOffset = Math.max(tape.info.firstOffset, tape.info.endOffset - kept);
      add(tape, { type: "bytes", offset, bytes });
    },
    exit(id, code) {
      const tape = tapeOf(id);
      tape.info.exit = { code, signal: null, at: new Date().toISOString() };
      add(tape, { type: "exit", offset: tape.info.endOffset, exit: tape.info.exit });
    },
    typed: (id) => typed.get(id) ?? "",
    followers: () => followers,
    sizes: (id) =>
      tapeOf(id).chunks.flatMap((chunk) => (chunk.type === "resized" ? [`${chunk.cols}x${chunk.rows}`] : [])),
  };
}

/** Screens over a memory host: a snapshot is a line that names its offset. */
export function memoryScreens(host: MemoryHost): Screens & { taken: number } {
  const screens: Screens & { taken: number } = {
    taken: 0,
    async state(id) {
      const { epoch, endOffset, cols, rows } = await info(id);
      return {
        lines: [],
        cols,
        rows,
        cursor: { x: 0, y: 0, hidden: false },
        title: "",
        epoch,
        offset: endOffset,
        exact: true,
      };
    },
    async snapshot(id) {
      screens.taken++;
      const { epoch, endOffset, cols, rows } = await info(id);
      return { epoch, offset: endOffset, cols, rows, exact: true, bytes: Buffer.from(`screen@${endOffset}`) };
    },
    async *titles() {},
    release() {},
  };
  async function info(id: string): Promise<TerminalInfo> {
    const found = (await host.list()).find((terminal) => terminal.id === id);
    if (!found) throw new ClustrError("not_found", `No terminal ${id}.`);
    return found;
  }
  return screens;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { TerminalChunk } from "../../src/core/ports/terminal.ts";
import { Follower } from "../../src/terminal/host/follower.ts";
import type { Output } from "../../src/terminal/host/output.ts";

/** Bytes that tell their own offset, so that any misplaced one shows. */
export function numbered(offset: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  for (let i = 0; i < length; i++) out[i] = ((offset + i) * 2654435761) >>> 13;
  return out;
}

/** Prints `total` bytes as fast as the disk takes them. */
export async function print(output: Output, total: number): Promise<void> {
  let paused = false;
  const brake = { pause: () => (paused = true), resume: () => (paused = false) };
  for (const end = output.end + total; output.end < end;) {
    output.push(numbered(output.end, Math.min(65_536, end - output.end)), brake);
    while (paused) await sleep(1);
  }
}

/** Takes all a follower gets until the exit, acknowledging everything; fails on a byte out of place. */
export function collect(output: Output, from: number): Promise<{ bytes: number; gaps: number[] }> {
  return new Promise((resolve, reject) => {
    const got = { bytes: 0, gaps: [] as number[] };
    let cursor = from;
    const follower = new Follower(output, from, (chunk: TerminalChunk) => {
      if (chunk.type === "gap") got.gaps.push((cursor = chunk.offset));
      if (chunk.type === "exit") resolve(got);
      if (chunk.type === "bytes") {
        if (chunk.offset !== cursor || !numbered(cursor, chunk.bytes.length).equals(chunk.bytes))
          reject(new Error(`wrong bytes at ${chunk.offset}, expected ${cursor}`));
        cursor += chunk.bytes.length;
        got.bytes += chunk.bytes.length;
      }
      setImmediate(() => follower.ack(cursor));
    });
    void follower.pump();
  });
}

import type { Failure } from "./error.ts";
import type { Event } from "./event.ts";
import type { View } from "./view.ts";

/** Version of the socket protocol; a page of another version reloads itself. */
export const PROTOCOL = 1;

/**
 * The socket at `/ws`, text frames (JSON), client → server. A socket follows one workspace. `hello` comes first; `after`
 * is the last `seq` the client has folded, absent on a first visit.
 */
export type ClientFrame =
  | { type: "hello"; protocol: number; workspace: string; after?: number }
  /** Attach to a terminal. With `epoch` and `offset` of what is already shown, only the rest is sent. `channel` names it in binary frames. */
  | { type: "attach"; channel: number; agent: string; epoch?: string; offset?: number; cols?: number; rows?: number }
  | { type: "detach"; channel: number }
  /** Offset up to which the viewer has drawn: flow control. */
  | { type: "ack"; channel: number; offset: number }
  | { type: "resize"; channel: number; cols: number; rows: number };

/** The socket, text frames, server → client. */
export type ServerFrame =
  | { type: "welcome"; protocol: number; server: string }
  /** The whole view: first visit, or too far behind to replay. */
  | { type: "view"; view: View }
  | { type: "event"; event: Event }
  /** A terminal (re)starts here: clear and write the next binary frame, which restores the screen as of `offset`. */
  | { type: "screen"; channel: number; epoch: string; offset: number; cols: number; rows: number; exact: boolean }
  | { type: "resized"; channel: number; cols: number; rows: number }
  | { type: "exit"; channel: number; code: number | null; signal: number | null }
  | { type: "refused"; channel?: number; failure: Failure };

/**
 * Binary frames, both ways: a header of 13 bytes, then raw terminal bytes. `kind` 0 = output or input bytes at `offset`
 * (absolute since the terminal began; 0 for input), 1 = the restored screen announced by a `screen` frame.
 */
export interface BinaryFrame {
  kind: 0 | 1;
  channel: number;
  offset: number;
  bytes: Uint8Array;
}

const HEADER = 13;

/** Encodes `[u8 kind | u32 channel | u64 offset | bytes]`, big-endian. */
export function encodeBinary(frame: BinaryFrame): Uint8Array {
  const out = new Uint8Array(HEADER + frame.bytes.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, frame.kind);
  view.setUint32(1, frame.channel);
  view.setBigUint64(5, BigInt(frame.offset));
  out.set(frame.bytes, HEADER);
  return out;
}

/** Decodes a binary frame, or undefined when it is not one. The bytes are a view into `data`, not a copy. */
export function decodeBinary(data: Uint8Array): BinaryFrame | undefined {
  if (data.length < HEADER) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const kind = view.getUint8(0);
  const offset = view.getBigUint64(5);
  if ((kind !== 0 && kind !== 1) || offset > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return { kind, channel: view.getUint32(1), offset: Number(offset), bytes: data.subarray(HEADER) };
}

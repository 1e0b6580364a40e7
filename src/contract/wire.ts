import type { Failure } from "./error.ts";
import type { Event } from "./event.ts";
import type { Preferences } from "./preferences.ts";
import type { View } from "./view.ts";

/** Version of the socket protocol; a page of another version reloads itself. */
export const PROTOCOL = 3;

/**
 * The socket at `/ws`, text frames (JSON), client → server. A socket follows one workspace. `hello` comes first; `after`
 * is the last `seq` the client has folded, absent on a first visit.
 */
export type ClientFrame =
  | { type: "hello"; protocol: number; workspace: string; after?: number }
  /**
   * Attach to a terminal: `agent` is an agent's name or the address of a shell (contract/shell-address.ts). With `epoch` and `offset` of what is already shown, only the rest is sent. `channel` names it in
   * binary frames. `cols` and `rows` are what the viewer's window holds; without them it never gives the size. `drove`: it
   * gave the size when its connection was lost.
   */
  | {
      type: "attach";
      channel: number;
      agent: string;
      epoch?: string;
      offset?: number;
      cols?: number;
      rows?: number;
      drove?: boolean;
    }
  /** Follow a terminal as text: what its screen shows, at most once a second and only when it has changed. */
  | { type: "preview"; channel: number; agent: string }
  | { type: "detach"; channel: number }
  /** Offset up to which the viewer has drawn: flow control. */
  | { type: "ack"; channel: number; offset: number }
  /** The viewer's window holds this many (within `TERMINAL_COLS` and `TERMINAL_ROWS`). The terminal follows when this viewer drives it or nobody does, or with `take`. */
  | { type: "resize"; channel: number; cols: number; rows: number; take?: boolean }
  /** Is anybody there? Answered by `pong`: a connection may be dead without either end having been told. */
  | { type: "ping" };

/** The socket, text frames, server → client. */
export type ServerFrame =
  /** `since`: when this server process began, ISO 8601; another one than before says that it was restarted. */
  | { type: "welcome"; protocol: number; server: string; since?: string }
  /** The whole view: first visit, or too far behind to replay. */
  | { type: "view"; view: View }
  | { type: "event"; event: Event }
  /** What the person prefers: after `welcome`, and whenever it changes. For people only. */
  | { type: "preferences"; preferences: Preferences }
  /** A terminal (re)starts here: clear and write the next binary frame, which restores the screen as of `offset`. */
  | { type: "screen"; channel: number; epoch: string; offset: number; cols: number; rows: number; exact: boolean }
  | { type: "resized"; channel: number; cols: number; rows: number }
  /** Whether the terminal has the size of this viewer's window: told at first, and whenever it changes. */
  | { type: "driver"; channel: number; you: boolean }
  /** What a previewed terminal shows: at most `PREVIEW_ROWS` rows, the last ones that are not empty. */
  | { type: "preview"; channel: number; cols: number; lines: string[] }
  /** `at`: ISO time, empty when nobody knows. */
  | { type: "exit"; channel: number; code: number | null; signal: number | null; at: string }
  /** `over`: nothing more is shown on this channel. */
  | { type: "refused"; channel?: number; failure: Failure; over?: boolean }
  | { type: "pong" };

/** Least and most a viewer's window may hold. */
export const TERMINAL_COLS = { least: 2, most: 1000 };
export const TERMINAL_ROWS = { least: 1, most: 500 };

/** Rows and columns of a preview: enough to recognise a screen by. */
export const PREVIEW_ROWS = 40;
export const PREVIEW_COLS = 160;

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

import type { Failure } from "../contract/error.ts";
import type { TerminalChunk, TerminalExit, TerminalInfo, TerminalSpec } from "../core/ports/terminal.ts";

/**
 * The link between server and terminal host: frames `[u32 length | u8 type | payload]`, big-endian, `length` counting type
 * and payload. Hosts outlive releases, so a client must go on speaking every protocol a living host may still speak.
 */
export const LINK_PROTOCOL = 1;
/** Protocols this release's client can speak. */
export const SPOKEN_PROTOCOLS: readonly number[] = [LINK_PROTOCOL];
/** Bytes a frame may have; more is a broken peer. */
export const FRAME_LIMIT = 4_194_304;
/** Bytes one call of `write` may carry. */
export const WRITE_LIMIT = 1_048_576;
/** Bytes of output a follower may have unacknowledged before the host waits for it. */
export const WINDOW = 1_048_576;

/** Processes of a terminal whose host died: nobody reads what they print. */
export interface Orphan {
  id: string;
  pids: number[];
}

/** What can be asked of a host, by name. */
export interface Calls {
  hello: {
    in: { protocols: readonly number[]; version: string };
    out: { protocol: number; version: string; epoch: string };
  };
  ensure: { in: { spec: TerminalSpec }; out: TerminalInfo };
  list: { in: Record<never, never>; out: TerminalInfo[] };
  info: { in: { id: string }; out: TerminalInfo };
  resize: { in: { id: string; cols: number; rows: number }; out: null };
  follow: { in: { id: string; from: number; stream: number }; out: TerminalInfo };
  unfollow: { in: { stream: number }; out: null };
  kill: { in: { id: string; graceMs: number }; out: { survivors: number[] } };
  forget: { in: { id: string }; out: null };
  orphans: { in: Record<never, never>; out: Orphan[] };
  /** A newer release has come: take no new terminals, end when the last one has. */
  retire: { in: Record<never, never>; out: null };
  shutdown: { in: { graceMs: number }; out: { ended: number; survivors: number[] } };
}
export type CallName = keyof Calls;

export type Request = { [K in CallName]: { request: number; call: K; with: Calls[K]["in"] } }[CallName];
export type Reply = { request: number; value: unknown } | { request: number; failure: Failure };
/** What the host says unasked: a part of a stream, in order with its bytes; or that a terminal has ended. */
export type News =
  | { stream: number; chunk: Exclude<TerminalChunk, { type: "bytes" }> }
  | { ended: string; exit: TerminalExit };

/** A frame as it was read. Byte fields are views into memory of its own. */
export type Frame =
  | { type: "json"; value: unknown }
  /** Host → client. */
  | { type: "output"; stream: number; offset: number; bytes: Uint8Array }
  /** Client → host, answered like a request. */
  | { type: "input"; request: number; id: string; bytes: Uint8Array }
  /** Client → host: the stream's follower has taken everything before `offset`. */
  | { type: "ack"; stream: number; offset: number };

const JSON_FRAME = 0;
const OUTPUT = 1;
const INPUT = 2;
const ACK = 3;

function framed(type: number, ...parts: Uint8Array[]): Buffer {
  const frame = Buffer.concat([Buffer.alloc(5), ...parts]);
  frame.writeUInt32BE(frame.length - 4, 0);
  frame.writeUInt8(type, 4);
  return frame;
}

function position(stream: number, offset: number): Buffer {
  const out = Buffer.alloc(12);
  out.writeUInt32BE(stream, 0);
  out.writeBigUInt64BE(BigInt(offset), 4);
  return out;
}

export function encodeJson(value: Request | Reply | News): Buffer {
  return framed(JSON_FRAME, Buffer.from(JSON.stringify(value)));
}

export function encodeOutput(stream: number, offset: number, bytes: Uint8Array): Buffer {
  return framed(OUTPUT, position(stream, offset), bytes);
}

export function encodeInput(request: number, id: string, bytes: Uint8Array): Buffer {
  const name = Buffer.from(id);
  const head = Buffer.alloc(6);
  head.writeUInt32BE(request, 0);
  head.writeUInt16BE(name.length, 4);
  return framed(INPUT, head, name, bytes);
}

export function encodeAck(stream: number, offset: number): Buffer {
  return framed(ACK, position(stream, offset));
}

function decode(frame: Buffer): Frame {
  const body = frame.subarray(1);
  switch (frame.readUInt8(0)) {
    case JSON_FRAME:
      return { type: "json", value: JSON.parse(body.toString()) };
    case OUTPUT:
      return {
        type: "output",
        stream: body.readUInt32BE(0),
        offset: Number(body.readBigUInt64BE(4)),
        bytes: body.subarray(12),
      };
    case INPUT: {
      const name = body.readUInt16BE(4);
      return {
        type: "input",
        request: body.readUInt32BE(0),
        id: body.toString("utf8", 6, 6 + name),
        bytes: body.subarray(6 + name),
      };
    }
    case ACK:
      return { type: "ack", stream: body.readUInt32BE(0), offset: Number(body.readBigUInt64BE(4)) };
    default:
      throw new Error(`unknown frame type ${frame.readUInt8(0)}`);
  }
}

/**
 * Cuts a byte stream back into frames, however it was split on the way. Give it each piece as it arrives, which it copies
 * once: the piece may be read over afterwards. It calls `onFrame` for every complete frame, and throws when the peer speaks
 * something else (then drop the connection).
 */
export function frameReader(onFrame: (frame: Frame) => void): (piece: Uint8Array) => void {
  const length = Buffer.alloc(4);
  let filling = length;
  let have = 0;
  return (piece) => {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + filling.length - have);
      filling.set(part, have);
      have += part.length;
      at += part.length;
      if (have < filling.length) return;
      have = 0;
      const full = filling;
      if (full === length) {
        const size = length.readUInt32BE(0);
        if (size < 1 || size > FRAME_LIMIT) throw new Error(`frame of ${size} bytes`);
        filling = Buffer.allocUnsafe(size);
      } else {
        filling = length;
        onFrame(decode(full));
      }
    }
  };
}

import type { BinaryFrame, ClientFrame, ServerFrame } from "../contract/wire.ts";

/** Sends a frame now, or returns false: not connected, or too much is waiting to be sent. */
export type Send = (frame: ClientFrame | Uint8Array<ArrayBuffer>) => boolean;

/** One channel of a stream: what the stream tells it. */
export interface Follower {
  /** A connection has opened: ask for what this channel shows. */
  attach(): void;
  /** The connection was lost; the stream is looking for another. */
  lost(): void;
  receive(frame: ServerFrame): void;
  receiveBinary(frame: BinaryFrame): void;
}

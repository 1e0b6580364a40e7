import { randomBytes } from "node:crypto";

/** Sixty random bits in letters and digits: short enough for file names and sockets, never twice. */
export function newId(): string {
  return randomBytes(8).readBigUInt64BE().toString(36).padStart(13, "0").slice(1);
}

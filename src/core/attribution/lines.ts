import { looksBinary } from "../bytes.ts";

/** Files beyond this are compared as a whole, never by line. */
const LARGEST_TEXT = 4_000_000;
/** Lines beyond this likewise. */
const MOST_LINES = 100_000;

/**
 * The lines of a file, terminators included, one character per byte, so that joining them gives the very same bytes back
 * (CRLF, missing last newline, any encoding). Undefined when the file is binary or too large to be merged by line.
 */
export function linesOf(bytes: Uint8Array): string[] | undefined {
  if (bytes.length > LARGEST_TEXT || looksBinary(bytes)) return undefined;
  const lines: string[] = [];
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf(10, start);
    const end = newline < 0 ? text.length : newline + 1;
    // Each line a string of its own: parts of one would hold the whole text in memory for as long as any of them is kept.
    lines.push(text.toString("latin1", start, end));
    if (lines.length > MOST_LINES) return undefined;
    start = end;
  }
  return lines;
}

/** The inverse of `linesOf`. */
export function bytesOf(lines: readonly string[]): Uint8Array {
  return Buffer.from(lines.join(""), "latin1");
}

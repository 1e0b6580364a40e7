/** Files beyond this are compared as a whole, never by line. */
const LARGEST_TEXT = 4_000_000;
/** Lines beyond this likewise. */
const MOST_LINES = 100_000;
/** Bytes looked at for a zero byte, which text does not have. */
const LOOKED_AT = 8_000;

/**
 * The lines of a file, terminators included, one character per byte, so that joining them gives the very same bytes back
 * (CRLF, missing last newline, any encoding). Undefined when the file is binary or too large to be merged by line.
 */
export function linesOf(bytes: Uint8Array): string[] | undefined {
  if (bytes.length > LARGEST_TEXT || bytes.subarray(0, LOOKED_AT).includes(0)) return undefined;
  const lines: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(10, start);
    const end = newline < 0 ? bytes.length : newline + 1;
    lines.push(oneCharacterPerByte(bytes.subarray(start, end)));
    if (lines.length > MOST_LINES) return undefined;
    start = end;
  }
  return lines;
}

/** The inverse of `linesOf`. */
export function bytesOf(lines: readonly string[]): Uint8Array {
  const bytes = new Uint8Array(lines.reduce((sum, line) => sum + line.length, 0));
  let at = 0;
  for (const line of lines) for (let i = 0; i < line.length; i++) bytes[at++] = line.charCodeAt(i);
  return bytes;
}

/** Arguments a call may have without risking the stack. */
const CHUNK = 8_192;

function oneCharacterPerByte(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) return String.fromCharCode(...bytes);
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return text;
}

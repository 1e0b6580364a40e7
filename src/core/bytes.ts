/** Bytes in which a zero byte tells that they are no text: as many as git looks at. */
const LOOKED_AT = 8_000;
/** Bytes encoded at once: more arguments are too many for one call; a multiple of three needs no filling. */
const SLICE = 6_144;

/** Whether bytes are something else than text, by git's own rule. */
export function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, LOOKED_AT).includes(0);
}

/** UTF-8 without a character at its end that goes on beyond it. */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** Without line breaks. */
export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += SLICE) {
    // Spreading bytes one by one takes five times as long.
    text += btoa(Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + SLICE)));
  }
  return text;
}

/** Undefined for what is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

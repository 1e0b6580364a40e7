/** Where a terminal's parser stands, as far as it matters for cutting: between characters and sequences, or inside one. */
type Place = "ground" | "escape" | "csi" | "osc" | "string";

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;

/**
 * Finds where output can be cut: the last byte position that is neither inside a UTF-8 character nor inside an escape
 * sequence. Nothing of an unfinished sequence has had an effect yet, so a screen parsed past that position is also the
 * screen at it. Control characters inside a CSI sequence, and the one-character forms of CSI and OSC that no program
 * uses in UTF-8, are not regarded.
 */
export class Boundary {
  #place: Place = "ground";
  /** Continuation bytes the character still lacks. */
  #lacking = 0;
  #offset: number;
  #clean: number;

  constructor(offset: number) {
    this.#offset = this.#clean = offset;
  }

  /** Offset of the last place to cut. */
  get clean(): number {
    return this.#clean;
  }

  /**
   * An escape character begins anew whatever came before it. So what follows the last one is looked at, and more only when
   * there is no place to cut behind it; of plain text only the last character.
   */
  read(bytes: Uint8Array): void {
    const before = [this.#place, this.#lacking] as const;
    let clean = -1;
    let after: typeof before | undefined;
    for (let end = bytes.length; clean < 0 && end > 0;) {
      const escape = bytes.lastIndexOf(ESC, end - 1);
      [this.#place, this.#lacking] = escape < 0 ? before : ["escape", 0];
      clean = this.#stretch(bytes, escape + 1, end);
      after ??= [this.#place, this.#lacking];
      end = escape;
    }
    if (after) [this.#place, this.#lacking] = after;
    if (clean >= 0) this.#clean = this.#offset + clean + 1;
    this.#offset += bytes.length;
  }

  /** Reads bytes without an escape character; where the last place to cut among them is, or less than `begin`. */
  #stretch(bytes: Uint8Array, begin: number, end: number): number {
    let at = begin;
    while (at < end && (this.#place !== "ground" || this.#lacking > 0)) this.#step(bytes[at++] ?? 0);
    if (this.#place !== "ground" || this.#lacking > 0) return -1;
    for (let to = end; to > at;) {
      let last = to - 1;
      while (last > at && isContinuation(bytes[last])) last--;
      const lacking = Math.max(0, continuations(bytes[last]) - (to - 1 - last));
      if (to === end) this.#lacking = lacking;
      if (lacking === 0) return to - 1;
      to = last;
    }
    return at - 1;
  }

  /** Any byte but an escape character. */
  #step(byte: number): void {
    if (byte === CAN || byte === SUB) this.#place = "ground";
    switch (this.#place) {
      case "ground":
        this.#lacking = isContinuation(byte) ? Math.max(0, this.#lacking - 1) : continuations(byte);
        return;
      case "escape":
        if (byte === 0x5b) this.#place = "csi";
        else if (byte === 0x5d) this.#place = "osc";
        else if (byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#place = "string";
        else if (byte >= 0x30) this.#place = "ground";
        return;
      case "csi":
        if (byte >= 0x40 && byte !== 0x7f) this.#place = "ground";
        return;
      case "osc":
        if (byte === BEL) this.#place = "ground";
        return;
      case "string":
        return;
    }
  }
}

function isContinuation(byte = 0): boolean {
  return byte >= 0x80 && byte < 0xc0;
}

/** How many bytes a character that begins with this one has beyond it. */
function continuations(byte = 0): number {
  return byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : 0;
}

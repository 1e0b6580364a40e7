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

  read(bytes: Uint8Array): void {
    let clean = -1;
    for (let at = 0; at < bytes.length; at++) {
      this.#step(bytes[at] ?? 0);
      if (this.#place === "ground" && this.#lacking === 0) clean = at;
    }
    if (clean >= 0) this.#clean = this.#offset + clean + 1;
    this.#offset += bytes.length;
  }

  #step(byte: number): void {
    if (byte === ESC) {
      this.#place = "escape";
      this.#lacking = 0;
      return;
    }
    if (byte === CAN || byte === SUB) this.#place = "ground";
    switch (this.#place) {
      case "ground":
        if (byte >= 0x80 && byte < 0xc0) this.#lacking = Math.max(0, this.#lacking - 1);
        else this.#lacking = byte < 0xc2 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : byte < 0xf5 ? 3 : 0;
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

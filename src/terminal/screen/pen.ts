import type { Attributes, Core } from "./core.ts";

const COLOUR_MODE = 0x3000000;
const PALETTE_16 = 0x1000000;
const PALETTE_256 = 0x2000000;
const RGB = 0x3000000;
/** Colour of an underline that follows the text: xterm stores it as -1. */
const NO_COLOUR = 0x3ffffff;
/** Of a text colour: underlined, in a style kept elsewhere. */
const UNDERLINE = 0x10000000;
/** Of a background: the extended attributes count. Restoring a cursor can leave a link behind without it. */
const HAS_EXTENDED = 0x10000000;

/** Draws text with changing looks: emits a change only where the look changes. Starts from a fresh terminal's pen. */
export class Pen {
  readonly #core: Core;
  #fg = 0;
  #bg = 0;
  #ext = 0;
  #link = 0;
  #shown = "0";

  constructor(core: Core) {
    this.#core = core;
  }

  /** The sequences that give the pen this look, empty when it has it. */
  take(look: Attributes): string {
    const { ext } = look.extended;
    const urlId = look.bg & HAS_EXTENDED ? look.extended.urlId : 0;
    if (look.fg === this.#fg && look.bg === this.#bg && ext === this.#ext && urlId === this.#link) return "";
    this.#fg = look.fg;
    this.#bg = look.bg;
    this.#ext = ext;
    return this.#follow(urlId) + this.#show(codes(look));
  }

  /** The same for a background alone, as erasing uses it. */
  background(look: Attributes): string {
    this.#fg = 0;
    this.#bg = look.bg & 0x3ffffff;
    this.#ext = 0;
    return this.#follow(0) + this.#show(["0", ...colour(look.bg, 40)].join(";"));
  }

  /** The plain look of a fresh terminal. */
  plain(): string {
    this.#fg = this.#bg = this.#ext = 0;
    return this.#follow(0) + this.#show("0");
  }

  /** Gives the pen the colours and flags it has: no change, but a sequence. */
  again(): string {
    return `\x1b[${this.#shown}m`;
  }

  #show(look: string): string {
    if (look === this.#shown) return "";
    this.#shown = look;
    return `\x1b[${look}m`;
  }

  #follow(urlId: number): string {
    if (urlId === this.#link) return "";
    this.#link = urlId;
    const link = this.#core._oscLinkService.getLinkData(urlId);
    return link ? `\x1b]8;${link.id === undefined ? "" : `id=${link.id}`};${link.uri}\x1b\\` : "\x1b]8;;\x1b\\";
  }
}

/** Parameters of the SGR sequence that gives exactly this look, whatever was before. */
function codes(look: Attributes): string {
  const all = ["0"];
  if (look.isBold()) all.push("1");
  if (look.isDim()) all.push("2");
  if (look.isItalic()) all.push("3");
  if (look.fg & UNDERLINE) {
    // A saved cursor has lost the style, and a link shows as dashed in place of the one it has.
    const style = look.getUnderlineStyle();
    all.push(style <= 1 || look.extended.urlId ? "4" : `4:${style}`);
  }
  if (look.isBlink()) all.push("5");
  if (look.isInverse()) all.push("7");
  if (look.isInvisible()) all.push("8");
  if (look.isStrikethrough()) all.push("9");
  if (look.isOverline()) all.push("53");
  all.push(...colour(look.fg, 30), ...colour(look.bg, 40));
  if (look.extended.underlineColor !== NO_COLOUR) all.push(...colour(look.extended.underlineColor, 50));
  return all.join(";");
}

/** `base` 30 is the text's colour, 40 the background's, 50 the underline's. */
function colour(packed: number, base: 30 | 40 | 50): string[] {
  const value = packed & 0xffffff;
  switch (packed & COLOUR_MODE) {
    case PALETTE_16:
      return [String((value & 8 ? base + 60 : base) + (value & 7))];
    case PALETTE_256:
      return [`${base + 8}`, "5", String(value & 0xff)];
    case RGB:
      return [`${base + 8}`, "2", String(value >> 16), String((value >> 8) & 0xff), String(value & 0xff)];
    default:
      return [];
  }
}

import type { IBufferCell, Terminal } from "@xterm/headless";

/** Look of a cell or of the pen, as xterm keeps it; a cell's public interface lacks underline styles and links. */
export interface Attributes extends Omit<IBufferCell, "getWidth" | "getChars" | "getCode"> {
  /** Colour and flags packed into numbers: equal numbers, equal look. */
  fg: number;
  bg: number;
  extended: { ext: number; underlineColor: number; urlId: number };
  getUnderlineStyle(): number;
}

/** A cell with the attributes its public interface leaves out. */
export type Cell = IBufferCell & Attributes;

export interface CoreBuffer {
  x: number;
  y: number;
  ybase: number;
  scrollTop: number;
  scrollBottom: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Attributes;
}

/**
 * What screens need of a terminal and xterm does not publish. Read, never written. Reading it here is exact where
 * following the sequences beside xterm would have to repeat its rules for resets, buffers and resizes. The package is
 * pinned for it, and screen/snapshot.test.ts fails on the first name that changes.
 */
export interface Core {
  buffers: { normal: CoreBuffer; alt: CoreBuffer; active: CoreBuffer };
  coreService: {
    isCursorHidden: boolean;
    decPrivateModes: { cursorStyle?: "block" | "underline" | "bar" | undefined; cursorBlink?: boolean | undefined };
  };
  coreMouseService: { activeEncoding: string };
  _inputHandler: { _curAttrData: Attributes; _parser: { precedingJoinState: number } };
  _charsetService: { glevel: number; _charsets: (Record<string, string> | undefined)[] };
  _oscLinkService: { getLinkData(id: number): { id?: string; uri: string } | undefined };
  /** Parses at once. `write` parses in a timer of its own, where an exception of the parser would end the process. */
  writeSync(data: string | Uint8Array): void;
}

export function coreOf(terminal: Terminal): Core {
  return (terminal as unknown as { _core: Core })._core;
}

/** A cell attribute services need: ghost text is dim. */
export interface ScreenLine {
  text: string;
  /** Column ranges [from, to) drawn dim. */
  dim: [number, number][];
}

/** What a terminal shows, as the server's own headless screen has parsed it. */
export interface ScreenState {
  lines: ScreenLine[];
  cols: number;
  rows: number;
  cursor: { x: number; y: number; hidden: boolean };
  title: string;
  epoch: string;
  /** Bytes of output this was made from. */
  offset: number;
  /** False when output outran parsing and the screen was rebuilt from a cut. */
  exact: boolean;
}

/** Bytes that restore a screen and its modes in a fresh terminal of the same size, as of `offset`. */
export interface ScreenSnapshot {
  epoch: string;
  offset: number;
  cols: number;
  rows: number;
  exact: boolean;
  bytes: Uint8Array;
}

/** Headless screens, one per watched terminal. Parsing never delays delivery of bytes to viewers. */
export interface Screens {
  /** Parses everything printed so far (at most 1 s of waiting), then returns the screen. */
  state(terminal: string): Promise<ScreenState>;
  snapshot(terminal: string): Promise<ScreenSnapshot>;
  /** Titles as the program sets them, starting with the present one. */
  titles(terminal: string, signal: AbortSignal): AsyncIterable<string>;
  /** Stops parsing and frees the screen. */
  release(terminal: string): void;
}

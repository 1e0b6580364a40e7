import type { ITheme, Terminal } from "@xterm/xterm";
import { onTheme, theme } from "../theme/theme.ts";

const DARK: ITheme = {
  background: "#0b0d10",
  foreground: "#e9ecf0",
  cursor: "#c8f26a",
  cursorAccent: "#15181c",
  selectionBackground: "#3a4450",
  overviewRulerBorder: "#0b0d10",
  scrollbarSliderBackground: "#6b768566",
  scrollbarSliderHoverBackground: "#6b7685aa",
  scrollbarSliderActiveBackground: "#6b7685",
  black: "#1a1f26",
  red: "#ff7a7a",
  green: "#8fd67c",
  yellow: "#f0c060",
  blue: "#8ab8ff",
  magenta: "#d59bf0",
  cyan: "#54d1c4",
  white: "#cfd5dd",
  brightBlack: "#7d8896",
  brightRed: "#ff9d9d",
  brightGreen: "#b1e8a1",
  brightYellow: "#ffd889",
  brightBlue: "#aecdff",
  brightMagenta: "#e5bcf7",
  brightCyan: "#86e3d9",
  brightWhite: "#ffffff",
};

/** The 16 colours darkened: programs choose them for a dark ground, and here the ground is light. */
const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#15181c",
  cursor: "#466600",
  cursorAccent: "#ffffff",
  selectionBackground: "#cfd8e3",
  overviewRulerBorder: "#ffffff",
  scrollbarSliderBackground: "#818a9666",
  scrollbarSliderHoverBackground: "#818a96aa",
  scrollbarSliderActiveBackground: "#818a96",
  black: "#15181c",
  red: "#b3261e",
  green: "#2e6b12",
  yellow: "#7a5200",
  blue: "#1d5fc2",
  magenta: "#8a2f92",
  cyan: "#0b6e66",
  white: "#59626e",
  brightBlack: "#59626e",
  brightRed: "#c5362d",
  brightGreen: "#3b7d1b",
  brightYellow: "#8a5e00",
  brightBlue: "#2f6fd0",
  brightMagenta: "#9b3fa3",
  brightCyan: "#15807a",
  brightWhite: "#15181c",
};

/** What finding marks in each theme. */
export const MARKS = {
  dark: { match: "#4a5a1f", active: "#c8f26a" },
  light: { match: "#e4f3b5", active: "#86b300" },
} as const;

/** Gives a terminal the colours of the page's theme, now and when that changes. Returns how to end it. */
export function followTheme(terminal: Terminal): () => void {
  const apply = () => (terminal.options.theme = theme() === "light" ? LIGHT : DARK);
  apply();
  return onTheme(apply);
}

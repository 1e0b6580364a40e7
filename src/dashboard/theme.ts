import type { ITheme, Terminal } from "@xterm/xterm";

const DARK: ITheme = {
  background: "#0b0d10",
  foreground: "#e9ecf0",
  cursor: "#c8f26a",
  cursorAccent: "#15181c",
  selectionBackground: "#3a4450",
};

/** The 16 colours darkened: programs choose them for a dark ground, and here the ground is light. */
const LIGHT: ITheme = {
  background: "#ffffff",
  foreground: "#15181c",
  cursor: "#466600",
  cursorAccent: "#ffffff",
  selectionBackground: "#cfd8e3",
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

/** Gives a terminal the colours the person's system prefers, now and when that changes. Returns how to end it. */
export function followTheme(terminal: Terminal): () => void {
  const prefersLight = matchMedia("(prefers-color-scheme: light)");
  const apply = () => (terminal.options.theme = prefersLight.matches ? LIGHT : DARK);
  apply();
  prefersLight.addEventListener("change", apply);
  return () => prefersLight.removeEventListener("change", apply);
}

import { stripVTControlCharacters } from "node:util";
import type { Io } from "../io.ts";

/** How results look for people: where they are shown, and when "now" is. */
export interface Style {
  /** Columns of the terminal, undefined when output goes to a file or pipe: nothing is cut then. */
  columns: number | undefined;
  now: Date;
  /** The person's home folder, shown as `~`. */
  home: string | undefined;
  paint(color: Color, text: string): string;
}

/** What a word may stand out by. */
export type Color = "green" | "yellow" | "red" | "blue" | "dim" | "bold";

const CODES: Record<Color, [number, number]> = {
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  blue: [34, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** Colours only on a terminal, and only when `NO_COLOR` is unset or empty (no-color.org). */
export function styleOf(io: Io): Style {
  const tty = io.stdout.isTTY === true;
  const colors = tty && !io.env["NO_COLOR"] && io.env["TERM"] !== "dumb";
  return {
    columns: tty ? io.stdout.columns : undefined,
    now: io.now(),
    home: io.env["HOME"],
    paint: (color, text) => (colors && text ? `\u001b[${CODES[color][0]}m${text}\u001b[${CODES[color][1]}m` : text),
  };
}

/**
 * Text that agents or repositories wrote, safe to show: without escape sequences, control characters and marks that
 * reorder text, any of which could move the cursor, set the clipboard or disguise what stands there.
 */
export function plain(text: string): string {
  return stripVTControlCharacters(text).replace(/[^\P{C}\n\t\u200c\u200d]/gu, "");
}

/** A file's name on one line: what stands after a line end in it must not pass for a line of ours. */
export function plainPath(path: string): string {
  return plain(path).replace(/[\n\t]/g, "\u240a");
}

/** The first line of a text that has something in it. */
export function firstLine(text: string): string {
  return (
    plain(text)
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? ""
  );
}

const UNITS: [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "m"],
  [1, "s"],
];

/** How long ago a moment was: `now`, `12s ago`, `3h ago`. */
export function ago(iso: string, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(iso)) / 1000);
  const unit = UNITS.find(([size]) => seconds >= size);
  return unit ? `${Math.floor(seconds / unit[0])}${unit[1]} ago` : "now";
}

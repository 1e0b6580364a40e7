import type { Style } from "./style.ts";

const GAP = 2;

/**
 * Rows under quiet headings, columns aligned. On a terminal the last column is cut to fit; elsewhere nothing is.
 * Cells must be plain text; `decorate` colours a padded cell, so that colour codes never count as width.
 */
export function table(
  style: Style,
  headings: string[],
  rows: string[][],
  decorate: (cell: string, column: number, row: number) => string = (cell) => cell,
): string {
  const widths = headings.map((heading, column) =>
    Math.max(...[heading, ...rows.map((row) => row[column] ?? "")].map(widthOf)),
  );
  const last = headings.length - 1;
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + GAP, 0);
  const room = style.columns === undefined ? Infinity : Math.max(10, style.columns - before);
  const line = (cells: string[], paint: (cell: string, column: number) => string): string =>
    cells
      .map((cell, column) =>
        column === last ? paint(cut(cell, room), column) : paint(pad(cell, (widths[column] ?? 0) + GAP), column),
      )
      .join("");
  return [
    line(headings, (cell) => style.paint("dim", cell)),
    ...rows.map((row, index) => line(row, (cell, column) => decorate(cell, column, index))),
  ]
    .map((text) => text.trimEnd())
    .join("\n");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Cuts a text to a width, with an ellipsis. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}…`;
}

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]|\p{Emoji_Presentation}/u;

/** Columns a terminal uses for a text. Wide scripts and emoji take two; rare exceptions are off by one. */
function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

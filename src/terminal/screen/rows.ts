import type { IBuffer, IBufferLine, Terminal } from "@xterm/headless";
import type { Cell } from "./core.ts";
import type { Pen } from "./pen.ts";

/**
 * Draws all rows of a buffer, scrollback included, in a fresh one of the same width, cursor at its top left. A row that
 * continues the one above is drawn by wrapping, so that it stays one line for copying and resizing; where the wrap can no
 * longer be seen (its edges were erased since) it becomes a line of its own.
 */
export function drawRows(terminal: Terminal, buffer: IBuffer, pen: Pen): string {
  const spare = buffer.getNullCell() as Cell;
  let out = "";
  let wrapped = false;
  const end = Math.min(buffer.length, buffer.baseY + terminal.rows);
  for (let y = 0; y < end; y++) {
    const line = buffer.getLine(y);
    if (!line) break;
    out += drawRow(line, terminal.cols, pen, wrapped, spare);
    const next = y + 1 < end ? buffer.getLine(y + 1) : undefined;
    wrapped = next !== undefined && wraps(line, next, terminal.cols);
    // A coloured pen would colour the line that scrolls in.
    if (next && !wrapped) out += `${pen.plain()}\r\n`;
  }
  return out + pen.plain();
}

/** Whether printing `next` right after `line` would wrap to it by itself. */
function wraps(line: IBufferLine, next: IBufferLine, cols: number): boolean {
  const first = next.getCell(0);
  const last = line.getCell(cols - 1);
  if (!next.isWrapped || !first?.getChars() || !last) return false;
  if (last.getChars() !== "" || last.getWidth() === 0) return true;
  // A wide character that found one column left.
  const before = line.getCell(cols - 2);
  return first.getWidth() === 2 && before !== undefined && (before.getChars() !== "" || before.getWidth() === 0);
}

/** `erase`: the row may not be blank yet, so empty cells are erased, not skipped. */
function drawRow(line: IBufferLine, cols: number, pen: Pen, erase: boolean, spare: Cell): string {
  let out = "";
  let skip = 0;
  let x = 0;
  while (x < cols) {
    const cell = line.getCell(x, spare) as Cell | undefined;
    if (!cell) break;
    const chars = cell.getChars();
    if (chars !== "") {
      if (skip > 0) out += `\x1b[${skip}C`;
      skip = 0;
      out += pen.take(cell) + chars;
      x += Math.max(1, cell.getWidth());
      continue;
    }
    const coloured = !cell.isBgDefault();
    const empty = emptyRun(line, x, cols, spare);
    if (erase || coloured) {
      if (skip > 0) out += `\x1b[${skip}C`;
      line.getCell(x, spare);
      out += `${pen.background(spare)}\x1b[${empty}X`;
      skip = empty;
    } else {
      skip += empty;
    }
    x += empty;
  }
  return out;
}

/** How many empty cells of one background begin at `x`. */
function emptyRun(line: IBufferLine, x: number, cols: number, spare: Cell): number {
  const background = (line.getCell(x, spare) as Cell).bg & 0x3ffffff;
  let end = x + 1;
  while (end < cols) {
    const cell = line.getCell(end, spare) as Cell | undefined;
    if (!cell || cell.getChars() !== "" || (cell.bg & 0x3ffffff) !== background) break;
    end++;
  }
  return end - x;
}

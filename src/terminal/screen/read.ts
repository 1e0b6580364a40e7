import type { Terminal } from "@xterm/headless";
import type { ScreenLine, ScreenState } from "../../core/ports/screen.ts";
import { coreOf } from "./core.ts";

/** What the screen shows: the visible rows without the blanks at their ends, and where they are dim. */
export function readScreen(terminal: Terminal): Pick<ScreenState, "lines" | "cols" | "rows" | "cursor"> {
  const { cols, rows } = terminal;
  const buffer = terminal.buffer.active;
  const spare = buffer.getNullCell();
  const lines: ScreenLine[] = [];
  for (let y = 0; y < rows; y++) {
    const line = buffer.getLine(buffer.baseY + y);
    const dim: [number, number][] = [];
    for (let x = 0; line && x < cols; x++) {
      const cell = line.getCell(x, spare);
      if (!cell?.isDim() || cell.getChars() === "") continue;
      const end = x + Math.max(1, cell.getWidth());
      const last = dim.at(-1);
      if (last?.[1] === x) last[1] = end;
      else dim.push([x, end]);
      x = end - 1;
    }
    lines.push({ text: line?.translateToString(true) ?? "", dim });
  }
  const hidden = coreOf(terminal).coreService.isCursorHidden;
  return { lines, cols, rows, cursor: { x: Math.min(buffer.cursorX, cols - 1), y: buffer.cursorY, hidden } };
}

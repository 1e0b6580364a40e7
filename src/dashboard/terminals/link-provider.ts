import type { IBufferLine, ILink, ILinkProvider, Terminal } from "@xterm/xterm";
import { findLinks, type FoundLink } from "./links.ts";

/** Rows of one wrapped line that are put together. */
const WRAPPED_ROWS = 12;

/** Finds addresses and places in files, also where they are wrapped over rows. */
export function linkProvider(
  terminal: Terminal,
  act: { open(link: FoundLink, event: MouseEvent): void; hover(link: FoundLink | undefined): void },
): ILinkProvider {
  return {
    provideLinks(row, callback) {
      const { text, cells } = wrappedLine(terminal, row - 1);
      const links = findLinks(text).flatMap((found): ILink[] => {
        const [start, end] = [cells[found.from], cells[found.to - 1]];
        if (!start || !end || row < start.y || row > end.y) return [];
        return [
          {
            range: { start, end },
            text: text.slice(found.from, found.to),
            activate: (event) => act.open(found, event),
            hover: () => act.hover(found),
            leave: () => act.hover(undefined),
          },
        ];
      });
      callback(links.length > 0 ? links : undefined);
    },
  };
}

/** The text of the wrapped line a row belongs to, and for each of its characters the cell (from 1) it stands in. */
function wrappedLine(terminal: Terminal, row: number): { text: string; cells: { x: number; y: number }[] } {
  const { active: buffer } = terminal.buffer;
  let first = row;
  while (first > 0 && row - first < WRAPPED_ROWS && buffer.getLine(first)?.isWrapped) first--;
  let text = "";
  const cells: { x: number; y: number }[] = [];
  for (let y = first; y < first + 2 * WRAPPED_ROWS; y++) {
    const line = buffer.getLine(y);
    if (!line || (y > first && !line.isWrapped)) break;
    text += textOf(line, y + 1, cells);
  }
  return { text, cells };
}

function textOf(line: IBufferLine, y: number, cells: { x: number; y: number }[]): string {
  let text = "";
  for (let x = 0; x < line.length; x++) {
    const cell = line.getCell(x);
    if (!cell || cell.getWidth() === 0) continue;
    const chars = cell.getChars() || " ";
    for (let unit = 0; unit < chars.length; unit++) cells.push({ x: x + 1, y });
    text += chars;
  }
  return text;
}

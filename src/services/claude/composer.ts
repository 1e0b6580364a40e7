import type { ScreenLine, ScreenState } from "../../core/ports/screen.ts";

/** The input box of Claude Code as the screen shows it; undefined when a dialog or something else is there instead. */
export function readComposer(screen: ScreenState): { text: string } | undefined {
  const rules: number[] = [];
  screen.lines.forEach((line, row) => {
    if (/^─{10,}/.test(line.text)) rules.push(row);
  });
  const bottom = rules.at(-1);
  const top = rules.at(-2);
  if (bottom === undefined || top === undefined) return undefined;
  const inside = screen.lines.slice(top + 1, bottom);
  if (!inside[0]?.text.startsWith("❯")) return undefined;
  const cursor = (row: number): number => (screen.cursor.y === top + 1 + row ? screen.cursor.x : -1);
  return {
    text: inside
      .map((line, row) => written(line, row === 0 ? 1 : 0, cursor(row)))
      .join("\n")
      .trim(),
  };
}

/**
 * What somebody wrote in a line of the composer, from a column on. Ghost text (hints, suggestions) is drawn dim and does
 * not count; its first character lies under the cursor and is drawn as that, so what follows it decides.
 */
function written(line: ScreenLine, from: number, cursor: number): string {
  const dim = (column: number): boolean => line.dim.some(([start, end]) => column >= start && column < end);
  const ghost = (column: number): boolean => dim(column) || (column === cursor && dim(column + 1));
  return [...line.text]
    .map((char, column) => (column < from || ghost(column) ? " " : char))
    .join("")
    .replaceAll("\u00a0", " ");
}

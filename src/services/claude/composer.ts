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
  return { text: inside.map((line, row) => written(line, row === 0)).join("\n").trim() };
}

/** What somebody wrote in a line of the composer: ghost text (hints, suggestions) is drawn dim and does not count. */
function written(line: ScreenLine, first: boolean): string {
  const from = first ? 1 : 0;
  return [...line.text].slice(from).map((char, index) => (line.dim.some(([start, end]) => index + from >= start && index + from < end) ? " " : char)).join("").replaceAll("\u00a0", " ");
}

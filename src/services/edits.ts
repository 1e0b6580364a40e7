import type { Region } from "../contract/files.ts";

/** A stretch of a text, [from, to) in characters, and what comes in its place. */
export interface Replacement {
  from: number;
  to: number;
  by: string;
}

/** The text with these stretches replaced (in order, not overlapping), and the lines that were. */
export function replaced(text: string, all: readonly Replacement[]): { text: string; regions: Region[] } {
  let result = "";
  let copied = 0;
  for (const { from, to, by } of all) {
    result += text.slice(copied, from) + by;
    copied = to;
  }
  result += text.slice(copied);
  return { text: result, regions: regionsOf(text, result, all) };
}

function regionsOf(before: string, after: string, all: readonly Replacement[]): Region[] {
  const regions: Region[] = [];
  const lines = linesIn(before);
  let line = 0;
  let counted = 0;
  for (const { from, to, by } of all) {
    line += newlinesIn(before.slice(counted, from));
    const first = line;
    line += newlinesIn(before.slice(from, to));
    counted = to;
    const last = regions.at(-1);
    const joined = last !== undefined && first < last.to;
    // Whole lines for whole lines touch no other; anything else changes the line on which it ends, too.
    const whole = !joined && startsLine(before, from) && startsLine(before, to) && (by === "" || by.endsWith("\n"));
    const end = whole ? line : Math.min(line + 1, lines);
    const more = newlinesIn(by) - (line - first);
    if (joined) {
      last.size += Math.max(0, end - last.to) + more;
      last.to = Math.max(last.to, end);
    } else regions.push({ from: first, to: end, size: end - first + more });
  }
  const last = regions.at(-1);
  // The last line may have lost or won its newline.
  if (last && last.to === lines)
    last.size =
      regions.slice(0, -1).reduce((sum, { from, to, size }) => sum + to - from - size, 0) + linesIn(after) - last.from;
  return regions;
}

function startsLine(text: string, at: number): boolean {
  return at === 0 || text[at - 1] === "\n";
}

function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function linesIn(text: string): number {
  return newlinesIn(text) + (startsLine(text, text.length) ? 0 : 1);
}

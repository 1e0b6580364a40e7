import { createHash } from "node:crypto";
import type { ScreenState } from "../../core/ports/screen.ts";
import type { AgentTerminal, Asked } from "../../core/ports/service.ts";
import { until } from "../until.ts";
import { oneLine } from "../words.ts";
import { readComposer } from "./composer.ts";

/** Lines above a menu that belong to it, at most. */
const ABOVE = 30;
/** Milliseconds a key may take to show its effect, and between looks for it. */
const EFFECT = 3_000;
const LOOK = 80;
/** Key presses, at most, to reach a row and take it: a screen has 40 rows. */
const PRESSES = 40;

/** A list of rows on the screen of which the person is to take one. */
export interface Menu {
  /** What stands above the rows. */
  text: string;
  /** Labels of the rows, without their numbers. */
  rows: string[];
  /** The row the cursor is on. */
  cursor: number;
}

/** The menu that is open on the screen; undefined when none is, or none that can be told with certainty. */
export function readMenu(screen: ScreenState): Menu | undefined {
  if (!screen.exact || readComposer(screen) !== undefined) return undefined;
  const lines = screen.lines.map(({ text }) => text.replaceAll("\u00a0", " ").trimEnd());
  // Prompts of the conversation above are marked the same way: the menu is what is open below them.
  const at = lines.findLastIndex((line) => /^\s*❯ \S/.test(line));
  if (at < 0) return undefined;
  const column = (lines[at] ?? "").indexOf("❯") + 2;
  /** A label begins at the column of the marked one; what begins further right explains the row above it. */
  const begins = (line: string): number => line.replace("❯", " ").search(/\S/);
  let first = at;
  while (begins(lines[first - 1] ?? "") >= column) first -= 1;
  const rows: string[] = [];
  let cursor = -1;
  for (let row = first; begins(lines[row] ?? "") >= column; row++) {
    if (begins(lines[row] ?? "") > column) continue;
    if (row === at) cursor = rows.length;
    rows.push(
      (lines[row] ?? "")
        .slice(column)
        .replace(/^\d+\. /, "")
        .trim(),
    );
  }
  if (rows.length < 2 || cursor < 0) return undefined;
  const above = lines.slice(Math.max(0, first - ABOVE), first);
  const rule = above.findLastIndex((line) => /^[─━▔]{10,}/.test(line));
  const text = above
    .slice(rule + 1)
    .map((line) => line.trim())
    .filter((line) => !/^[╌┄─]+$/.test(line))
    .join("\n")
    .trim();
  return { text, rows, cursor };
}

/** What a person is asked by a menu no hook told of: each row is an option. */
export function askedByMenu(menu: Menu, kind: Asked["kind"], title?: string): Asked {
  const [first = "Claude Code waits for an answer in its terminal"] = menu.text.split("\n");
  return {
    kind,
    title: title ?? oneLine(first, 200),
    detail: menu.text,
    options: menu.rows.map((label) => ({ label })),
    key: keyOf(menu),
    answers: ["option"],
  };
}

/** A name for what a menu shows, whatever row its cursor is on. */
export function keyOf({ text, rows }: Menu): string {
  return `screen-${createHash("sha256")
    .update(JSON.stringify([text, rows]))
    .digest("hex")
    .slice(0, 16)}`;
}

/** Moves to a row of the menu of this key and takes it; as `takePlace`. */
export function takeRow(terminal: AgentTerminal, key: string, row: number, signal: AbortSignal): Promise<boolean> {
  const look = async (): Promise<Place | undefined> => {
    const menu = readMenu(await terminal.screen());
    return menu !== undefined && keyOf(menu) === key ? { cursor: menu.cursor, wanted: row } : undefined;
  };
  return takePlace(terminal, look, signal);
}

/** Where the cursor of a list on the screen is, and the row that is to be taken; both counted downwards. */
export interface Place {
  cursor: number;
  wanted: number;
}

/**
 * Moves to the wanted row and takes it. `look`: undefined when the very list is not on the screen (any more). A key is
 * pressed only while it is there, and after the one before has shown its effect (a slow tool would otherwise act on several
 * at once); Enter only on that row. True when the list has gone then.
 */
export async function takePlace(
  terminal: AgentTerminal,
  look: () => Promise<Place | undefined>,
  signal: AbortSignal,
): Promise<boolean> {
  let place = await look();
  for (let pressed = 0; place !== undefined && pressed < PRESSES; pressed++) {
    const { cursor, wanted } = place;
    const there = cursor === wanted;
    await terminal.write(there ? "\r" : cursor < wanted ? "\x1b[B" : "\x1b[A");
    const moved = async (): Promise<boolean> => (place = await look())?.cursor !== cursor;
    const effect = await until(moved, { withinMs: EFFECT, everyMs: LOOK, signal });
    if (there) return place === undefined;
    if (!effect) return false;
  }
  return false;
}

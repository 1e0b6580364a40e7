import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ScreenState } from "../../core/ports/screen.ts";
import type { AgentTerminal, Asked } from "../../core/ports/service.ts";
import { readComposer } from "./composer.ts";
import { oneLine } from "./hooks.ts";

/** Lines above a menu that belong to it, at most. */
const ABOVE = 30;
/** Milliseconds a key may take to show its effect. */
const EFFECT = 3_000;

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

/**
 * Moves to a row and takes it. A key is pressed only while the very menu is there, and after the one before has shown its
 * effect (a slow tool would otherwise act on several at once); Enter only on that row. True when the menu has gone then.
 */
export async function takeRow(
  terminal: AgentTerminal,
  key: string,
  row: number,
  signal: AbortSignal,
): Promise<boolean> {
  const look = async (): Promise<Menu | undefined> => {
    const menu = readMenu(await terminal.screen());
    return menu !== undefined && keyOf(menu) === key ? menu : undefined;
  };
  for (let menu = await look(), moves = menu?.rows.length ?? 0; menu !== undefined && moves >= 0; moves--) {
    const { cursor } = menu;
    const there = cursor === row;
    await terminal.write(there ? "\r" : cursor < row ? "\x1b[B" : "\x1b[A");
    const deadline = performance.now() + EFFECT;
    do {
      await sleep(80, undefined, { signal });
      menu = await look();
    } while (menu?.cursor === cursor && performance.now() < deadline);
    if (there) return menu === undefined;
    if (menu?.cursor === cursor) return false;
  }
  return false;
}

import { setTimeout as sleep } from "node:timers/promises";
import type { ScreenState } from "../../core/ports/screen.ts";
import type { AgentTerminal, Asked, Signal } from "../../core/ports/service.ts";
import { askedByMenu, readMenu } from "./menu.ts";
import { startScreenOf, type StartScreen } from "./start-screens.ts";

/** Milliseconds between looks at the screen; a screen counts when two looks in a row show it. */
const LOOK = 500;
/** Milliseconds after which a start that shows no session, and nothing known, is brought before the person. */
const UNKNOWN_AFTER = 15_000;
/** Milliseconds a key may take to show its effect. */
const EFFECT = 3_000;
/** Presses of an arrow key, at most, to reach a row. */
const MOVES = 10;

export interface StartWatch {
  terminal: AgentTerminal;
  /** Whether the session has begun; the watch then ends. */
  started: () => boolean;
  report: (signal: Signal) => void;
  log: (message: string) => void;
  signal: AbortSignal;
}

/** Sees an agent through the screens the tool may open before its session, until that has begun or cannot. */
export async function watchStart(watch: StartWatch): Promise<void> {
  const { terminal, signal, report } = watch;
  const began = performance.now();
  let before: StartScreen | undefined;
  let shown: string | undefined;
  while (!signal.aborted && !watch.started()) {
    const state = await terminal.screen();
    const screen = startScreenOf(textOf(state));
    const sure = screen !== undefined && screen === before;
    before = screen;
    if (sure && "fail" in screen.act) return report({ type: "failed", reason: screen.act.fail });
    if (sure && "choose" in screen.act) {
      if (await choose(watch, screen, screen.act.choose))
        watch.log(`answered the ${screen.name} screen: ${screen.act.why}`);
      before = undefined;
    }
    const ask =
      sure && "ask" in screen.act
        ? screen.act.ask
        : screen === undefined && performance.now() - began > UNKNOWN_AFTER
          ? "Claude Code has not started; its terminal may show why"
          : undefined;
    if (ask !== undefined && ask !== shown) {
      const menu = readMenu(state);
      const item: Asked =
        menu === undefined ? { kind: "question", title: ask, detail: tail(state) } : askedByMenu(menu, "question", ask);
      report({ type: "attention", item });
    }
    if (ask === undefined && shown !== undefined) report({ type: "resolved" });
    shown = ask;
    // After a minute nobody waits for milliseconds any more.
    await sleep(performance.now() - began > 60_000 ? 4 * LOOK : LOOK, undefined, { signal, ref: false }).catch(
      () => {},
    );
  }
  if (shown !== undefined && !signal.aborted) report({ type: "resolved" });
}

/**
 * Moves to the row with this label and takes it. A key is pressed only while the very dialog is there and after the one
 * before has shown its effect (a slow tool would otherwise act on several at once); Enter only on that row.
 */
async function choose(watch: StartWatch, screen: StartScreen, label: RegExp): Promise<boolean> {
  let seen = rowsOf(await watch.terminal.screen(), label);
  for (let moved = 0; moved <= MOVES; moved++) {
    if (startScreenOf(seen.text) !== screen || seen.cursor < 0 || seen.wanted < 0) return false;
    const there = seen.cursor === seen.wanted;
    await watch.terminal.write(there ? "\r" : seen.cursor < seen.wanted ? "\x1b[B" : "\x1b[A");
    const before = seen;
    const deadline = performance.now() + EFFECT;
    do {
      await sleep(80, undefined, { signal: watch.signal });
      seen = rowsOf(await watch.terminal.screen(), label);
    } while (seen.cursor === before.cursor && startScreenOf(seen.text) === screen && performance.now() < deadline);
    if (there) return startScreenOf(seen.text) !== screen;
    if (seen.cursor === before.cursor) return false;
  }
  return false;
}

/** Where the cursor and the wanted row are; -1 for one that is not on the screen. */
function rowsOf(state: ScreenState, label: RegExp): { text: string; cursor: number; wanted: number } {
  const rows = state.lines.map((line) => line.text);
  return {
    text: rows.join("\n"),
    cursor: rows.findIndex((row) => /^\s*❯ /.test(row)),
    wanted: rows.findIndex((row) => label.test(row)),
  };
}

function textOf(state: ScreenState): string {
  return state.lines.map((line) => line.text).join("\n");
}

/** The last lines of a screen, for people. */
export function tail(state: ScreenState, lines = 15): string {
  return state.lines
    .map((line) => line.text.trimEnd())
    .filter((line) => line !== "")
    .slice(-lines)
    .join("\n")
    .slice(-2_000);
}

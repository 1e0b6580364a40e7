import { setTimeout as sleep } from "node:timers/promises";
import type { ScreenState } from "../../core/ports/screen.ts";
import type { AgentTerminal, Signal } from "../../core/ports/service.ts";
import { startScreenOf, type StartScreen } from "./start-screens.ts";

/** Milliseconds between looks at the screen; a screen counts when two looks in a row show it. */
const LOOK = 500;
/** Milliseconds after which a start that shows no session, and nothing known, is brought before the person. */
const UNKNOWN_AFTER = 15_000;
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
      if (await choose(watch, screen, screen.act.choose)) watch.log(`answered the ${screen.name} screen: ${screen.act.why}`);
      before = undefined;
    }
    const ask = sure && "ask" in screen.act ? screen.act.ask : screen === undefined && performance.now() - began > UNKNOWN_AFTER ? "Claude Code has not started; its terminal may show why" : undefined;
    if (ask !== undefined && ask !== shown) report({ type: "attention", item: { kind: "question", title: ask, detail: tail(state) } });
    if (ask === undefined && shown !== undefined) report({ type: "resolved" });
    shown = ask;
    // After a minute nobody waits for milliseconds any more.
    await sleep(performance.now() - began > 60_000 ? 4 * LOOK : LOOK, undefined, { signal, ref: false }).catch(() => {});
  }
  if (shown !== undefined && !signal.aborted) report({ type: "resolved" });
}

/**
 * Moves to the row with this label and takes it. The screen is read again before every key: a key is pressed only while
 * the very dialog is there, and Enter only on that row.
 */
async function choose(watch: StartWatch, screen: StartScreen, label: RegExp): Promise<boolean> {
  for (let moved = 0; moved <= MOVES; moved++) {
    const state = await watch.terminal.screen();
    if (startScreenOf(textOf(state)) !== screen) return false;
    const rows = state.lines.map((line) => line.text);
    const cursor = rows.findIndex((row) => /^\s*[❯›>] /.test(row));
    const wanted = rows.findIndex((row) => label.test(row));
    if (cursor < 0 || wanted < 0) return false;
    await watch.terminal.write(cursor === wanted ? "\r" : cursor < wanted ? "\x1b[B" : "\x1b[A");
    if (cursor === wanted) return true;
    await sleep(200, undefined, { signal: watch.signal });
  }
  return false;
}

function textOf(state: ScreenState): string {
  return state.lines.map((line) => line.text).join("\n");
}

/** The last lines of a screen, for people. */
export function tail(state: ScreenState, lines = 15): string {
  return state.lines.map((line) => line.text.trimEnd()).filter((line) => line !== "").slice(-lines).join("\n").slice(-2_000);
}

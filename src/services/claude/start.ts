import { setTimeout as sleep } from "node:timers/promises";
import type { ScreenState } from "../../core/ports/screen.ts";
import type { AgentTerminal, Asked, Signal } from "../../core/ports/service.ts";
import { askedByMenu, readMenu, takePlace, type Place } from "./menu.ts";
import { startScreenOf, type StartScreen } from "./start-screens.ts";

/** Milliseconds between looks at the screen; a screen counts when two looks in a row show it. */
const LOOK = 500;
/** Milliseconds after which a start that shows no session, and nothing known, is brought before the person. */
const UNKNOWN_AFTER = 15_000;
/** Milliseconds after which nobody waits for milliseconds any more, and looks are this many times as far apart. */
const LONG = 60_000;
const SLOWER = 4;
/** Lines and characters of a screen that are quoted to people. */
const TAIL_LINES = 15;
const TAIL_CHARS = 2_000;

/** What watching a start needs of its session. */
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
    const pause = performance.now() - began > LONG ? SLOWER * LOOK : LOOK;
    await sleep(pause, undefined, { signal, ref: false }).catch(() => {});
  }
  if (shown !== undefined && !signal.aborted) report({ type: "resolved" });
}

/** Takes the row with this label, as `takePlace`. False when it or the cursor is not on the screen. */
async function choose({ terminal, signal }: StartWatch, screen: StartScreen, label: RegExp): Promise<boolean> {
  const look = async (): Promise<Place | undefined> => {
    const state = await terminal.screen();
    return startScreenOf(textOf(state)) === screen ? placeOf(state, label) : undefined;
  };
  return takePlace(terminal, look, signal);
}

function placeOf({ lines }: ScreenState, label: RegExp): Place | undefined {
  const cursor = lines.findIndex(({ text }) => /^\s*❯ /.test(text));
  const wanted = lines.findIndex(({ text }) => label.test(text));
  return cursor < 0 || wanted < 0 ? undefined : { cursor, wanted };
}

function textOf(state: ScreenState): string {
  return state.lines.map((line) => line.text).join("\n");
}

/** The last lines of a screen, for people. */
export function tail(state: ScreenState, lines = TAIL_LINES): string {
  return state.lines
    .map((line) => line.text.trimEnd())
    .filter((line) => line !== "")
    .slice(-lines)
    .join("\n")
    .slice(-TAIL_CHARS);
}

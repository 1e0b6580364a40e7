import { setTimeout as sleep } from "node:timers/promises";
import type { AgentTerminal } from "../../core/ports/service.ts";

/** A screen that may stand in the way when the TUI starts. */
interface Dialog {
  name: string;
  /** All of these texts are on the screen when it is this dialog. */
  texts: string[];
  /** Keys that dismiss it without agreeing to anything, or undefined when only a person can decide. */
  keys: string | undefined;
}

const DOWN = "\u001b[B";
const ESCAPE = "\u001b";

/** Start-up dialogs of Codex 0.169 in English. Trust, updates and login are settled before the TUI starts. */
export const DIALOGS: Dialog[] = [
  // The person's own hooks that they have not reviewed yet. Escape goes on without running them.
  { name: "hooks review", texts: ["Hooks need review", "Continue without trusting"], keys: ESCAPE },
  // A newer model is advertised; Enter alone would switch to it.
  { name: "model change", texts: ["1. Try new model", "2. Use existing model"], keys: `${DOWN}\r` },
  { name: "folder trust", texts: ["Trust this folder?"], keys: undefined },
  { name: "login", texts: ["Sign in with ChatGPT", "Press enter to continue"], keys: undefined },
];

/** How long after its start the TUI may still bring up a dialog. */
const WATCH_MS = 15_000;
/** Between looks for one. */
const LOOK_MS = 300;

/** The dialog that a screen (its lines, joined) shows, if it is one of those. */
export function dialogOn(screen: string): Dialog | undefined {
  return DIALOGS.find(({ texts }) => texts.every((text) => screen.includes(text)));
}

/** Dismisses known dialogs of a starting TUI, each once; says which ones need the person. Ends by itself. */
export async function passDialogs(
  tui: AgentTerminal,
  needsPerson: (name: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const done = new Set<string>();
  for (const until = performance.now() + WATCH_MS; performance.now() < until && !signal.aborted;) {
    const { lines } = await tui.screen();
    const dialog = dialogOn(lines.map(({ text }) => text).join("\n"));
    if (dialog && !done.has(dialog.name)) {
      done.add(dialog.name);
      if (dialog.keys === undefined) needsPerson(dialog.name);
      else await tui.write(dialog.keys);
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { readComposer } from "./composer.ts";

/** Key presses after which leaving is left to the core, and milliseconds between two: together less than the core waits. */
const KEYS = 8;
const PAUSE = 250;

/**
 * Asks the tool to leave. Ctrl-C interrupts, clears a draft, and twice in a row leaves. A dialog ignores it and is closed
 * by Esc, which never means yes.
 */
export async function leaveTool(terminal: AgentTerminal, signal: AbortSignal): Promise<void> {
  let gone = false;
  const left = (): boolean => (gone = true);
  terminal.exited(signal).then(left, left);
  for (let pressed = 0; pressed < KEYS && !gone; pressed++) {
    const composer = readComposer(await terminal.screen());
    await terminal.write(composer === undefined ? "\x1b" : "\x03");
    await sleep(PAUSE, undefined, { ref: false });
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { until } from "../until.ts";
import { readComposer } from "./composer.ts";

/** Enter is pressed at most this often for one text: under load the tool swallows some. */
const ENTERS = 5;

/**
 * Milliseconds until Enter is pressed again, by how often it was. A starved tool acts on each of them in the end, and the
 * one too many may meet a menu that the person has opened by then: better a message that goes seconds later.
 */
const again = (pressed: number): number => Math.min(1_000 * 2 ** pressed, 4_000);

/** Milliseconds until a pasted text shows; a starved tool takes seconds. */
const SHOWN = 10_000;
/** Milliseconds between looks at the composer. */
const LOOK = 40;

/**
 * Types a text into the composer as the person would, and submits it. Only a composer that is there and empty is typed
 * into: never a dialog, never behind what a person is writing. `refused`: nothing was typed. `typed`: it was; whether it
 * was also submitted is proven by the hooks and the transcript, not here, because a slow tool may act on keys late.
 */
export async function typeIn(terminal: AgentTerminal, text: string, signal: AbortSignal): Promise<"typed" | "refused"> {
  // Twice: between two key presses of a person the composer is empty only once.
  if ((await written(terminal)) !== "") return "refused";
  await sleep(250, undefined, { signal });
  if ((await written(terminal)) !== "") return "refused";
  await terminal.write(`\x1b[200~${clean(text)}\x1b[201~`);
  await until(async () => Boolean(await written(terminal)), { withinMs: SHOWN, everyMs: LOOK, signal });
  await sleep(120, undefined, { signal });
  await submit(terminal, await written(terminal), signal);
  return "typed";
}

/**
 * Submits a text that was typed earlier and is still in the composer, because the server died before it pressed Enter:
 * left there, it would be merged with what the person writes next. False when it is not there, or not alone.
 */
export async function submitLeft(terminal: AgentTerminal, text: string, signal: AbortSignal): Promise<boolean> {
  const left = await written(terminal);
  const letters = (value: string): string => value.replaceAll(/\s+/g, "");
  // Long pastes are shown as a placeholder only; alone in the composer, it is ours.
  const ours =
    left !== undefined && (letters(left) === letters(clean(text)) || /^\[Pasted text #\d+[^\]]*\]$/.test(left));
  if (ours) await submit(terminal, left, signal);
  return ours;
}

/** What is written in the composer; undefined when it is not there, or cannot be told with certainty. */
async function written(terminal: AgentTerminal): Promise<string | undefined> {
  const screen = await terminal.screen();
  return screen.exact ? readComposer(screen)?.text : undefined;
}

async function submit(terminal: AgentTerminal, pasted: string | undefined, signal: AbortSignal): Promise<void> {
  for (let pressed = 0; pressed < ENTERS && pasted; pressed++) {
    // Looked at before each Enter: none may go to a dialog that opened, or submit what a person began to add.
    if ((await written(terminal)) !== pasted) break;
    await terminal.write("\r");
    const submitted = async (): Promise<boolean> => (await written(terminal)) !== pasted;
    await until(submitted, { withinMs: again(pressed), everyMs: LOOK, signal });
  }
}

/**
 * A text that is safe to paste: no control characters (they could end the paste), and no first character that the tool
 * takes for a command, a shell escape or a mention.
 */
function clean(text: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = text.replaceAll("\r\n", "\n").replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
  return /^[/!#@&]/.test(plain) ? `Message: ${plain}` : plain;
}

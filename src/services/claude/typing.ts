import { setTimeout as sleep } from "node:timers/promises";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { readComposer } from "./composer.ts";

/** Enter is pressed at most this often for one text: under load the tool swallows some. */
const ENTERS = 10;

/** Milliseconds until a pasted text shows; a starved tool takes seconds. */
const SHOWN = 10_000;

/**
 * Types a text into the composer as the person would, and submits it. Only a composer that is there and empty is typed
 * into: never a dialog, never behind what a person is writing. `refused`: nothing was typed. `typed`: it was; whether it
 * was also submitted is proven by the hooks and the transcript, not here, because a slow tool may act on keys late.
 */
export async function typeIn(terminal: AgentTerminal, text: string, signal: AbortSignal): Promise<"typed" | "refused"> {
  const composer = async (): Promise<string | undefined> => {
    const screen = await terminal.screen();
    return screen.exact ? readComposer(screen)?.text : undefined;
  };
  // Twice: between two key presses of a person the composer is empty only once.
  if ((await composer()) !== "") return "refused";
  await sleep(250, undefined, { signal });
  if ((await composer()) !== "") return "refused";
  await terminal.write(`\x1b[200~${clean(text)}\x1b[201~`);
  await until(async () => Boolean(await composer()), SHOWN, signal);
  await sleep(120, undefined, { signal });
  const pasted = await composer();
  for (let pressed = 0; pressed < ENTERS && pasted; pressed++) {
    // Looked at before each Enter: none may go to a dialog that opened, or submit what a person began to add.
    if ((await composer()) !== pasted) break;
    await terminal.write("\r");
    await until(async () => (await composer()) !== pasted, 400, signal);
  }
  return "typed";
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

async function until(wanted: () => Promise<boolean>, timeoutMs: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await wanted()) && performance.now() < deadline) await sleep(40, undefined, { signal });
}

import { setTimeout as sleep } from "node:timers/promises";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { readComposer } from "./composer.ts";

/** Enter is pressed at most this often for one text: under load the tool swallows some. */
const ENTERS = 10;

/**
 * Types a text into the composer as the person would, and submits it. `typed`: it was taken. `refused`: nothing of it is
 * left on the screen and nothing was submitted. Only a composer that is there and empty is typed into: never a dialog,
 * never behind what a person is writing.
 */
export async function typeIn(terminal: AgentTerminal, text: string, signal: AbortSignal): Promise<"typed" | "refused"> {
  const ready = async (): Promise<boolean> => {
    const screen = await terminal.screen();
    return screen.exact && readComposer(screen)?.text === "";
  };
  // Twice: between two key presses of a person the composer is empty only once.
  if (!(await ready())) return "refused";
  await sleep(250, undefined, { signal });
  if (!(await ready())) return "refused";
  await terminal.write(`\x1b[200~${clean(text)}\x1b[201~`);
  if (!(await shows(terminal, (content) => content !== "", 3_000, signal))) return "refused";
  await sleep(120, undefined, { signal });
  for (let pressed = 0; pressed < ENTERS; pressed++) {
    // Checked before each Enter: a dialog that opened meanwhile must not get one.
    const composer = readComposer(await terminal.screen());
    if (composer === undefined) break;
    if (composer.text === "") return "typed";
    await terminal.write("\r");
    if (await shows(terminal, (content) => content === "", 400, signal)) return "typed";
  }
  const composer = readComposer(await terminal.screen());
  if (composer === undefined || composer.text === "") return "typed";
  // One Ctrl-C empties a composer that is not empty (only two in a row leave the tool).
  await terminal.write("\x03");
  return "refused";
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

async function shows(
  terminal: AgentTerminal,
  wanted: (composer: string) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const composer = readComposer(await terminal.screen());
    if (composer !== undefined && wanted(composer.text)) return true;
    if (performance.now() > deadline) return false;
    await sleep(40, undefined, { signal });
  }
}

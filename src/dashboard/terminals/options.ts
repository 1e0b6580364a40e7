import type { ITerminalOptions } from "@xterm/xterm";
import { FONT } from "./load.ts";

/** Lines above the screen a page keeps; the server gives 1,000 of them when a terminal is shown for the first time. */
const SCROLLBACK = 5_000;

export function terminalOptions(fontSize: number, label: string): ITerminalOptions & { label: string } {
  return {
    label,
    fontFamily: FONT,
    fontSize,
    scrollback: SCROLLBACK,
    // Programs choose colours for a dark ground; on a light one they must stay readable.
    minimumContrastRatio: 4.5,
    macOptionIsMeta: true,
    // A click with Alt would type arrow keys into the program.
    altClickMovesCursor: false,
    cursorInactiveStyle: "outline",
    // Also what makes finding draw its marks beside the scrollbar.
    overviewRuler: { width: 10 },
    // Widths of characters, and marks where something was found.
    allowProposedApi: true,
    logLevel: "off",
  };
}

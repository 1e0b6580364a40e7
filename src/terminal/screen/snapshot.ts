import type { Terminal } from "@xterm/headless";
import { type Cell, type Core, coreOf, type CoreBuffer } from "./core.ts";
import type { KeyboardFlags } from "./keyboard.ts";
import { Pen } from "./pen.ts";
import { drawRows } from "./rows.ts";

/** What the terminal itself does not remember. */
export interface Sidecar {
  title: string;
  keyboard: KeyboardFlags;
}

/**
 * Text that gives a fresh terminal of the same size this one's content, scrollback, cursor, pen and modes, so that the
 * output that follows has the same effect in both. Not kept: tab stops, colours the program redefined (OSC 4, 10, 11),
 * the character set saved with the cursor, a wrap about to happen behind a last cell that was erased since, and that a
 * row continued another where the wrap can no longer be seen.
 */
export function drawSnapshot(terminal: Terminal, sidecar: Sidecar): string {
  const core = coreOf(terminal);
  const { normal, alt, active } = core.buffers;
  const pen = new Pen(core);
  let out = drawRows(terminal, terminal.buffer.normal, pen);
  out += region(terminal, normal, false) + sidecar.keyboard.restore("normal");
  if (active === alt) {
    // Entering saves the cursor, as it was saved when the program entered, and fills the screen with the saved background.
    out += `${savedCursor(terminal, normal, pen)}\x1b[?1049h${pen.plain()}\x1b[H\x1b[2J${drawRows(terminal, terminal.buffer.alternate, pen)}`;
    out += region(terminal, alt, region(terminal, normal, false) !== "") + sidecar.keyboard.restore("alternate");
  }
  if (active.savedX !== 0 || savedRow(active) !== 0 || !active.savedCurAttrData.isAttributeDefault())
    out += `${savedCursor(terminal, active, pen)}\x1b7`;
  if (sidecar.title !== "") out += `\x1b]2;${sidecar.title}\x1b\\`;
  return out + drawModes(terminal) + drawCursor(terminal, core, pen);
}

/** Modes that do not depend on the cursor; also carried into a screen that is rebuilt from a cut. */
export function drawModes(terminal: Terminal): string {
  const { coreService, coreMouseService } = coreOf(terminal);
  const { modes } = terminal;
  const set: string[] = [];
  if (modes.applicationCursorKeysMode) set.push("?1h");
  if (modes.originMode) set.push("?6h");
  if (!modes.wraparoundMode) set.push("?7l");
  if (coreService.isCursorHidden) set.push("?25l");
  if (modes.reverseWraparoundMode) set.push("?45h");
  if (modes.applicationKeypadMode) set.push("?66h");
  if (modes.mouseTrackingMode !== "none")
    set.push({ x10: "?9h", vt200: "?1000h", drag: "?1002h", any: "?1003h" }[modes.mouseTrackingMode]);
  if (modes.sendFocusMode) set.push("?1004h");
  if (coreMouseService.activeEncoding === "SGR") set.push("?1006h");
  if (coreMouseService.activeEncoding === "SGR_PIXELS") set.push("?1016h");
  if (modes.bracketedPasteMode) set.push("?2004h");
  const { cursorStyle, cursorBlink } = coreService.decPrivateModes;
  if (cursorStyle) set.push(`${{ block: 2, underline: 4, bar: 6 }[cursorStyle] - (cursorBlink ? 1 : 0)} q`);
  return set.map((mode) => `\x1b[${mode}`).join("");
}

/** Cursor, pen and what hangs on them. Comes last: regions and origin mode move the cursor. */
function drawCursor(terminal: Terminal, core: Core, pen: Pen): string {
  const { active } = core.buffers;
  const printing = core._inputHandler._parser.precedingJoinState !== 0;
  const charsets = drawCharsets(core);
  const insert = terminal.modes.insertMode ? "\x1b[4h" : "";
  const origin = terminal.modes.originMode ? active.scrollTop : 0;
  const to = (x: number): string => `\x1b[${Math.max(1, active.y - origin + 1)};${x + 1}H`;
  const last = printing || active.x >= terminal.cols ? lastPrinted(terminal, active) : undefined;
  const look = (): string => pen.take(core._inputHandler._curAttrData);
  if (!last) return to(Math.min(active.x, terminal.cols - 1)) + look() + charsets + insert;
  // Printing the last character again restores a pending wrap. When it was the very last thing that happened, a combining
  // mark or a repeat that comes next must find it: then the pen is the one it was printed with, and nothing may follow.
  // When it was not, they must not: something has to follow.
  const { cell } = last;
  if (!printing) return to(last.x) + pen.take(cell) + cell.getChars() + look() + charsets + insert + pen.again();
  const removed = insert ? `\x1b[${cell.getWidth()}P` : "";
  return charsets + insert + to(last.x) + removed + look() + cell.getChars();
}

function lastPrinted(terminal: Terminal, active: CoreBuffer): { x: number; cell: Cell } | undefined {
  const line = terminal.buffer.active.getLine(active.ybase + active.y);
  for (const back of [1, 2]) {
    const cell = line?.getCell(active.x - back) as Cell | undefined;
    if (cell && cell.getChars() !== "" && cell.getWidth() === back) return { x: active.x - back, cell };
  }
  return undefined;
}

function savedCursor(terminal: Terminal, buffer: CoreBuffer, pen: Pen): string {
  const row = Math.min(savedRow(buffer), terminal.rows - 1);
  const column = Math.min(buffer.savedX, terminal.cols - 1);
  return `\x1b[${row + 1};${column + 1}H${pen.take(buffer.savedCurAttrData)}`;
}

function savedRow(buffer: CoreBuffer): number {
  return Math.max(buffer.savedY - buffer.ybase, 0);
}

/** `reset`: a real terminal has one region for both buffers, so a full one is said as well. */
function region(terminal: Terminal, buffer: CoreBuffer, reset: boolean): string {
  if (buffer.scrollTop === 0 && buffer.scrollBottom === terminal.rows - 1) return reset ? "\x1b[r" : "";
  return `\x1b[${buffer.scrollTop + 1};${buffer.scrollBottom + 1}r`;
}

/** Character sets: line drawing and the British one; others are long gone from terminals. */
function drawCharsets(core: Core): string {
  const { _charsets: sets, glevel } = core._charsetService;
  let out = "";
  for (const [level, intermediate] of ["(", ")", "*", "+"].entries()) {
    const set = sets[level];
    if (set?.["q"] === "─") out += `\x1b${intermediate}0`;
    else if (set?.["#"] === "£") out += `\x1b${intermediate}A`;
  }
  return out + (["", "\x0e", "\x1bn", "\x1bo"][glevel] ?? "");
}

import xterm, { type Terminal } from "@xterm/headless";
import { type Attributes, type Cell, coreOf, type CoreBuffer } from "../../src/terminal/screen/core.ts";
import { KeyboardFlags } from "../../src/terminal/screen/keyboard.ts";

export const COLS = 24;
export const ROWS = 8;

export interface Subject {
  terminal: Terminal;
  keyboard: KeyboardFlags;
  title: string;
}

export function fresh(): Subject {
  const subject = {
    terminal: new xterm.Terminal({ cols: COLS, rows: ROWS, scrollback: 50, allowProposedApi: true, logLevel: "off" }),
    keyboard: new KeyboardFlags(),
    title: "",
  };
  subject.keyboard.watch(subject.terminal);
  subject.terminal.onTitleChange((title) => (subject.title = title));
  return subject;
}

export const write = (subject: Subject, bytes: Uint8Array | string): void => coreOf(subject.terminal).writeSync(bytes);

/** A packed look without the bits xterm leaves behind of an earlier colour, and without its note that more is kept elsewhere. */
function packed(look: number): number {
  const mode = look & 0x3000000;
  const flags = look & 0xec000000;
  return flags | (mode === 0 ? 0 : mode | (look & (mode === 0x3000000 ? 0xffffff : 0xff)));
}

/** The underline that shows: a pen may remember one it does not draw. */
const underline = (look: Attributes): number[] =>
  (look.fg & 0x10000000) === 0
    ? []
    : [look.getUnderlineStyle() || 1, look.bg & 0x10000000 ? packed(look.extended.underlineColor) : 0];

/** Everything that can be seen of a terminal or changes what later output does, as text that can be compared. */
export function describeAll({ terminal, keyboard, title }: Subject): string {
  const core = coreOf(terminal);
  const { active, normal, alt } = core.buffers;
  const spare = terminal.buffer.active.getNullCell() as Cell;
  const rows = (buffer: typeof terminal.buffer.normal): string[] =>
    Array.from({ length: buffer.baseY + terminal.rows }, (_, y) => {
      const line = buffer.getLine(y);
      const cells = Array.from({ length: terminal.cols }, (_, x) => {
        const cell = line?.getCell(x, spare) as Cell;
        const chars = cell.getChars();
        // Of an empty cell only the background shows.
        const look =
          chars === ""
            ? [packed(cell.bg & 0x3ffffff)]
            : [packed(cell.fg), packed(cell.bg), ...underline(cell), linkOf(cell)];
        return `${chars || "·"}<${look.filter(Boolean).join()}>`;
      });
      const above = y > 0 ? buffer.getLine(y - 1) : undefined;
      const visible = above?.getCell(terminal.cols - 1)?.getChars() && line?.getCell(0)?.getChars();
      return (visible && line?.isWrapped ? "↪" : " ") + cells.join("").replaceAll("<>", "");
    });
  const linkOf = (look: { extended: { urlId: number } }): string =>
    core._oscLinkService.getLinkData(look.extended.urlId)?.uri ?? "";
  const pen = core._inputHandler._curAttrData;
  const about = (buffer: CoreBuffer): unknown[] => [
    [buffer.scrollTop, buffer.scrollBottom],
    [
      "saved",
      Math.min(buffer.savedX, COLS - 1),
      Math.max(0, buffer.savedY - buffer.ybase),
      packed(buffer.savedCurAttrData.fg),
      packed(buffer.savedCurAttrData.bg),
    ],
  ];
  const { _charsets: sets, glevel } = core._charsetService;
  return [
    ...rows(terminal.buffer.normal),
    ...(active === alt ? ["alternate", ...rows(terminal.buffer.alternate), JSON.stringify(about(alt))] : []),
    JSON.stringify({
      normal: about(normal),
      cursor: [active.x, active.y],
      pen: [packed(pen.fg), packed(pen.bg), ...underline(pen), linkOf(pen)],
      modes: terminal.modes,
      hidden: core.coreService.isCursorHidden,
      style: [core.coreService.decPrivateModes.cursorStyle, core.coreService.decPrivateModes.cursorBlink],
      mouse: core.coreMouseService.activeEncoding,
      charsets: [0, 1, 2, 3].map((level) => sets[level]?.["q"] ?? ""),
      glevel,
      keyboard: [keyboard.restore("normal"), active === alt ? keyboard.restore("alternate") : ""],
      title,
    }),
  ].join("\n");
}

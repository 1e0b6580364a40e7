import type { Terminal } from "@xterm/headless";

/**
 * Whether what a terminal shows can be trusted. After a cut it cannot, until the program has cleared the whole screen:
 * ED 2 anywhere, ED 0 at the top left, a full reset, or entering the alternate screen. Kept for each buffer.
 */
export class Exactness {
  #doubtful = { normal: false, alternate: false };

  watch(terminal: Terminal): void {
    const { parser, buffer } = terminal;
    parser.registerCsiHandler({ final: "J" }, ([what]) => {
      const atTop = buffer.active.cursorX === 0 && buffer.active.cursorY === 0;
      if (what === 2 || (what === 0 && atTop)) this.#doubtful[buffer.active.type] = false;
      return false;
    });
    parser.registerEscHandler({ final: "c" }, () => {
      this.#doubtful = { normal: false, alternate: false };
      return false;
    });
    parser.registerCsiHandler({ prefix: "?", final: "h" }, (modes) => {
      // Entering twice clears nothing.
      if (buffer.active.type === "normal" && modes.some((mode) => mode === 47 || mode === 1047 || mode === 1049))
        this.#doubtful.alternate = false;
      return false;
    });
  }

  /** Output was lost. */
  doubt(): void {
    this.#doubtful = { normal: true, alternate: true };
  }

  exact(terminal: Terminal): boolean {
    return !this.#doubtful[terminal.buffer.active.type];
  }
}

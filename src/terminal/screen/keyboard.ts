import type { Terminal } from "@xterm/headless";

type BufferName = "normal" | "alternate";
/** As many levels as terminals that know the protocol keep. */
const LEVELS = 16;

/**
 * The kitty keyboard protocol's flags, per buffer: xterm passes over them, but a viewer that knows the protocol must get
 * them back.
 */
export class KeyboardFlags {
  #stacks: Record<BufferName, number[]> = { normal: [0], alternate: [0] };

  /** Notes the flags as `terminal` parses them; the terminal still sees every sequence. */
  watch(terminal: Terminal): void {
    const stack = (): number[] => this.#stacks[terminal.buffer.active.type];
    const number = (value: number | number[] | undefined, otherwise: number): number =>
      typeof value === "number" && value > 0 ? value : otherwise;
    terminal.parser.registerCsiHandler({ prefix: ">", final: "u" }, ([flags]) => {
      if (stack().push(number(flags, 0)) > LEVELS) stack().shift();
      return false;
    });
    terminal.parser.registerCsiHandler({ prefix: "<", final: "u" }, ([count]) => {
      for (let left = number(count, 1); left > 0 && stack().length > 1; left--) stack().pop();
      return false;
    });
    terminal.parser.registerCsiHandler({ prefix: "=", final: "u" }, ([given, how]) => {
      const flags = number(given, 0);
      const now = stack().pop() ?? 0;
      const mode = number(how, 1);
      stack().push(mode === 2 ? now | flags : mode === 3 ? now & ~flags : flags);
      return false;
    });
    terminal.parser.registerEscHandler({ final: "c" }, () => {
      this.#stacks = { normal: [0], alternate: [0] };
      return false;
    });
  }

  /** Sequences that give a fresh terminal the flags of this buffer, which must be the active one there. */
  restore(buffer: BufferName): string {
    const [base = 0, ...pushed] = this.#stacks[buffer];
    return (base > 0 ? `\x1b[=${base};1u` : "") + pushed.map((flags) => `\x1b[>${flags}u`).join("");
  }
}

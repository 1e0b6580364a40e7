import headless from "@xterm/headless";
import type { ScreenLine, ScreenState } from "../../src/core/ports/screen.ts";

/** A screen fed with a program's output, for tests that run a tool without Clustr's terminal host. */
export class RigScreen {
  readonly #xterm: InstanceType<typeof headless.Terminal>;
  readonly #titles = new Set<(title: string) => void>();
  #title = "";
  #offset = 0;

  constructor(cols: number, rows: number) {
    this.#xterm = new headless.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
    this.#xterm.onTitleChange((title) => {
      this.#title = title;
      for (const heard of this.#titles) heard(title);
    });
  }

  /** What xterm answers to the program's questions (cursor position, device attributes). */
  onReply(send: (bytes: string) => void): void {
    this.#xterm.onData(send);
  }

  feed(bytes: Buffer): void {
    this.#offset += bytes.length;
    this.#xterm.write(bytes);
  }

  async state(): Promise<ScreenState> {
    await new Promise<void>((resolve) => this.#xterm.write("", resolve));
    const buffer = this.#xterm.buffer.active;
    const lines = Array.from({ length: this.#xterm.rows }, (_, row) => this.#line(buffer.baseY + row));
    return {
      lines,
      cols: this.#xterm.cols,
      rows: this.#xterm.rows,
      cursor: { x: buffer.cursorX, y: buffer.cursorY, hidden: false },
      title: this.#title,
      epoch: "rig",
      offset: this.#offset,
      exact: true,
    };
  }

  async *titles(signal: AbortSignal): AsyncIterable<string> {
    const queue: string[] = [this.#title];
    let wake = (): void => {};
    const heard = (title: string): void => {
      queue.push(title);
      wake();
    };
    const stop = (): void => wake();
    this.#titles.add(heard);
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) {
        const title = queue.shift();
        if (title !== undefined) yield title;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#titles.delete(heard);
      signal.removeEventListener("abort", stop);
    }
  }

  #line(row: number): ScreenLine {
    const line = this.#xterm.buffer.active.getLine(row);
    if (!line) return { text: "", dim: [] };
    const dim: [number, number][] = [];
    for (let x = 0; x < this.#xterm.cols; x++) {
      if (!line.getCell(x)?.isDim()) continue;
      const last = dim.at(-1);
      if (last && last[1] === x) last[1] = x + 1;
      else dim.push([x, x + 1]);
    }
    return { text: line.translateToString(true), dim };
  }
}

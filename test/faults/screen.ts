import headless from "@xterm/headless";
import type { Viewer } from "../../src/client/channel.ts";

/** A viewer's own screen, drawn from what it was sent. */
export class DrawnScreen implements Viewer {
  /** Whole screens it was given, and bytes of output. */
  restored = 0;
  bytes = 0;
  #terminal = new headless.Terminal({ cols: 120, rows: 30, allowProposedApi: true });
  /** Called with every piece of output, as it comes. */
  readonly #heard: (bytes: Uint8Array) => void;

  constructor(heard: (bytes: Uint8Array) => void = () => {}) {
    this.#heard = heard;
  }

  screen(screen: Parameters<Viewer["screen"]>[0], drawn: () => void): void {
    this.restored += 1;
    this.#terminal.reset();
    this.#terminal.resize(screen.cols, screen.rows);
    this.#terminal.write(screen.bytes, drawn);
  }

  output(bytes: Uint8Array, drawn: () => void): void {
    this.bytes += bytes.length;
    this.#heard(bytes);
    this.#terminal.write(bytes, drawn);
  }

  resized(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
  }

  /** What it shows, line by line, without empty lines and what stands to the right of the text. */
  get text(): string[] {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: this.#terminal.rows }, (_, i) => active.getLine(active.baseY + i));
    return lines.map((line) => line?.translateToString(true) ?? "").filter((line) => line !== "");
  }
}

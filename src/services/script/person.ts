import { createInterface, type Interface } from "node:readline";

/** The person at the agent's terminal. Lines typed while nothing was asked are not answers to a later question. */
export class Person {
  readonly #lines: Interface;
  #answer: ((line: string) => void) | undefined;

  constructor(input: NodeJS.ReadableStream) {
    this.#lines = createInterface({ input, terminal: false });
    this.#lines.on("line", (line) => this.#answer?.(line.trim()));
  }

  /** The next line typed from now on. */
  async answer(): Promise<string> {
    return new Promise((resolve) => {
      this.#answer = (line) => {
        this.#answer = undefined;
        resolve(line);
      };
    });
  }

  close(): void {
    this.#lines.close();
  }
}

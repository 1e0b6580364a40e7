import { createInterface, type Interface } from "node:readline";
import type { Answer } from "../../contract/attention.ts";

/** What a person is asked. */
export interface Question {
  kind: "permission" | "question";
  title: string;
  /** The exact command, change or question. */
  detail?: string | undefined;
  options: string[];
}

/**
 * The person, at the agent's terminal or elsewhere: whoever answers first. Lines typed while nothing was asked are not
 * answers to a later question, and an answer from elsewhere names the question it is for.
 */
export class Person {
  readonly #lines: Interface;
  #open: { key: string; question: Question; take(answer: Answer): void } | undefined;
  #asked = 0;

  constructor(input: NodeJS.ReadableStream) {
    this.#lines = createInterface({ input, terminal: false });
    this.#lines.on("line", (line) => {
      const { question, take } = this.#open ?? {};
      if (question && take) take(typed(question, line.trim()));
    });
  }

  /** Asks one thing. `answer` never resolves when the signal aborts first: it rejects with its reason. */
  ask(question: Question, signal: AbortSignal): { key: string; answer: Promise<Answer> } {
    const key = `ask-${++this.#asked}`;
    const answer = new Promise<Answer>((resolve, reject) => {
      const over = (): void => {
        if (this.#open?.key === key) this.#open = undefined;
        signal.removeEventListener("abort", stop);
      };
      const stop = (): void => (over(), reject(signal.reason as Error));
      this.#open = { key, question, take: (given) => (over(), resolve(given)) };
      signal.addEventListener("abort", stop);
      if (signal.aborted) stop();
    });
    return { key, answer };
  }

  /** An answer given elsewhere. Says why it had no effect, if so. */
  given(key: string, answer: Answer): string | undefined {
    if (this.#open?.key !== key) return "the script does not ask that any more";
    this.#open.take(answer);
    return undefined;
  }

  close(): void {
    this.#lines.close();
  }
}

/** What a typed line means as an answer. */
function typed({ kind, options }: Question, line: string): Answer {
  if (kind === "permission") {
    if (/^y(es)?$/i.test(line)) return { kind: "allow" };
    return /^a(lways)?$/i.test(line) ? { kind: "always" } : { kind: "deny" };
  }
  const index = /^\d{1,3}$/.test(line) ? Number(line) - 1 : options.indexOf(line);
  const label = options[index];
  return label === undefined ? { kind: "text", text: line } : { kind: "option", index, label };
}

import { agentAuthor, oneOf, type Author } from "./author.ts";

/** A tool call that is under way. */
export interface Call {
  call: string;
  /** Id of the agent. */
  agent: string;
  /** The only files it can touch; undefined for one that can touch any, such as a shell command. */
  paths?: readonly string[] | undefined;
}

/** The calls under way in a folder. */
export class Windows {
  readonly #open = new Map<string, Call>();

  open(call: Call): void {
    this.#open.set(call.call, call);
  }

  close(call: string): void {
    this.#open.delete(call);
  }

  get(call: string): Call | undefined {
    return this.#open.get(call);
  }

  of(agent: string): Call[] {
    return [...this.#open.values()].filter((call) => call.agent === agent);
  }

  /** Whose a change at this path must be, now that it is seen. `nobody`: whose it is when no call could have made it. */
  author(path: string, nobody: Author): { author: Author; call?: string | undefined } {
    const calls = [...this.#open.values()].filter(({ paths }) => paths?.includes(path) ?? true);
    if (calls.length === 0) return { author: nobody };
    const author = oneOf(calls.map(({ agent }) => agentAuthor(agent)));
    return { author, call: calls.length === 1 ? calls[0]?.call : undefined };
  }
}

import type { Author } from "../../contract/files.ts";
import { agentAuthor, oneOf } from "./author.ts";

/** A tool call that is under way. */
export interface Call {
  call: string;
  /** Id of the agent. */
  agent: string;
  /** The only files it can touch; undefined for one that can touch any, such as a shell command. */
  paths?: readonly string[] | undefined;
  /** Whose its changes are; the agent's unless said otherwise, e.g. when it cannot be told whether it runs at all. */
  author?: Author | undefined;
  /** Seq of the log's newest entry when it began. */
  since?: number | undefined;
}

export function authorOf({ agent, author }: Call): Author {
  return author ?? agentAuthor(agent);
}

/** The calls under way in a folder. */
export class Windows {
  readonly #open = new Map<string, Call>();
  readonly #held = new Set<string>();

  open(call: Call): void {
    this.#open.set(call.call, call);
  }

  close(call: string): void {
    this.#open.delete(call);
    this.#held.delete(call);
  }

  /** The call waits for the person, who may let it go on unseen. */
  hold(call: string): void {
    if (this.#open.has(call)) this.#held.add(call);
  }

  /** Closes a held call and gives it, to be opened again. */
  release(call: string): Call | undefined {
    const window = this.#held.has(call) ? this.#open.get(call) : undefined;
    if (window) this.close(call);
    return window;
  }

  get(call: string): Call | undefined {
    return this.#open.get(call);
  }

  of(agent: string): Call[] {
    return [...this.#open.values()].filter((call) => call.agent === agent);
  }

  /**
   * Whose a change at this path must be, now that it is seen. `nobody`: whose it is when no call could have made it.
   * `revealed`: a call may only have uncovered what was there.
   */
  author(path: string, nobody: Author, revealed = false): { author: Author; call?: string | undefined } {
    const calls = [...this.#open.values()].filter(({ paths }) => paths?.includes(path) ?? true);
    if (calls.length === 0) return { author: nobody };
    const authors = calls.map(authorOf);
    const doubtful = revealed || calls.some(({ call }) => this.#held.has(call));
    return {
      author: oneOf(doubtful ? [...authors, nobody] : authors),
      call: calls.length === 1 ? calls[0]?.call : undefined,
    };
  }
}

import { existsSync } from "node:fs";
import { join } from "node:path";
import * as claude from "./claude-tools.ts";
import type { RunningClustr } from "./clustr.ts";
import * as codex from "./codex-tools.ts";
import { textOf, type Answer, type ModelRequest } from "./script.ts";

/** Something an agent wants that only a person can resolve. `word` occurs nowhere else. */
export interface Wish {
  kind: "permission" | "question";
  word: string;
}

/** An agent that wishes for things when it is told to, and of which can be told afterwards what it got. */
export interface Wishing {
  readonly name: string;
  /** What its terminal shows while it asks for a permission. */
  readonly dialog: string;
  /** What a person types to allow it. */
  readonly yes: string;
  /** What a person types to clear what they typed too late. */
  readonly clear: string;
  /** Several wishes at the same moment are possible. */
  readonly several: boolean;
  wish(wishes: Wish[]): Promise<void>;
  /** Waits until it goes on after its wishes were answered; resolves with what it was told, by word. */
  got(wish: Wish): Promise<string>;
}

/** A model that answers one request at a time, when the test says so: nothing happens in between. */
export class Gate {
  #open = Promise.withResolvers<{ request: ModelRequest; give(answer: Answer): void }>();

  answer = async (request: ModelRequest): Promise<Answer> => {
    if (request.side) return { text: "" };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#open.resolve({ request, give: resolve });
    return promise;
  };

  /** The request that waits for an answer. */
  async request(): Promise<ModelRequest> {
    return (await this.#open.promise).request;
  }

  async give(answer: Answer): Promise<void> {
    const { give } = await this.#open.promise;
    this.#open = Promise.withResolvers();
    give(answer);
  }
}

/** The same for both tools, so that answers are. */
const OPTIONS = codex.COLOUR.options;

/** How a scripted model wishes: the calls of the tool it drives. */
const CALLS = {
  claude: ({ kind, word }: Wish) =>
    kind === "permission"
      ? claude.bash(`touch ${word}`)
      : claude.ask({ ...claude.COLOUR, question: `Which ${word}?`, options: OPTIONS }),
  codex: ({ kind, word }: Wish) =>
    kind === "permission"
      ? codex.escalated(`touch ${word}`)
      : codex.ask({ ...codex.COLOUR, question: `Which ${word}?`, options: OPTIONS }),
};
/** An agent on one of the real tools. */
export function modelled(name: string, service: "claude" | "codex", gate: Gate, folder: string): Wishing {
  return {
    name,
    dialog: service === "claude" ? "Do you want" : "Would you like to",
    yes: service === "claude" ? "1" : "y",
    clear: "\x15",
    several: true,
    async wish(wishes) {
      const calls = wishes.map(CALLS[service]);
      const [first] = calls;
      await gate.give(calls.length === 1 && first ? first : { calls });
    },
    async got({ kind, word }) {
      const text = textOf(await gate.request());
      if (kind === "permission") return existsSync(join(folder, word)) ? "allow" : "deny";
      // Its own question stands there too: what comes after is the answer.
      const told = text.slice(text.lastIndexOf(word) + word.length);
      return (
        /\b(red|blue|GREY-\w+)\b/.exec(service === "claude" ? told : text.slice(text.lastIndexOf("answers")))?.[1] ??
        told
      );
    },
  };
}

/** The steps of a script agent that does what its messages name. */
export const WISHES = JSON.stringify({
  steps: [],
  on_message: [
    { containing: "permission-", steps: [{ run: "touch {{message.content}}" }] },
    {
      containing: "question-",
      steps: [
        { ask: "Which {{message.content}}?", options: ["red", "blue"], as: "colour" },
        { call: "write_context", with: { key: "{{message.content}}", value: "{{colour}}" } },
      ],
    },
  ],
});

/** An agent that follows `WISHES`. `rests` resolves once it has done what it was told. */
export function scripted(name: string, clustr: RunningClustr, rests: () => Promise<void>): Wishing {
  return {
    name,
    dialog: "[y/n, a = always]",
    yes: "y\r",
    clear: "",
    several: false,
    async wish([wish]) {
      await clustr.client.call("message.send", { to: name, content: wish?.word ?? "" });
    },
    async got({ kind, word }) {
      await rests();
      if (kind === "permission") return existsSync(join(clustr.folder, word)) ? "allow" : "deny";
      return (await clustr.client.call("context.get", { key: word })).value;
    },
  };
}

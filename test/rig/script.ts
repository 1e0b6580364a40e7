import { PATIENCE_MS } from "./rig.ts";

/** One request a real tool sent to its scripted model, reduced to what tests assert on. */
export interface ModelRequest {
  /** Position among all requests of this model, from 0. */
  index: number;
  /** Milliseconds of `performance.now()` at arrival. */
  at: number;
  model: string;
  /** System prompt or instructions, as one text. */
  instructions: string;
  /** The whole conversation in order, each message flattened to text: tool results and contexts injected by hooks are in it too. */
  messages: { role: string; text: string }[];
  /** Names of the tools offered. */
  tools: string[];
  /** A request beside the conversation (a title, a safety check): answered by the server itself, it consumes no step. */
  side: boolean;
  /** The parsed body, for what the reduction leaves out. */
  body: unknown;
  /** Request headers, names in lower case. */
  headers: Record<string, string>;
}

/** One answer of a scripted model. */
export type Answer =
  /** Call one tool, with text before it if wanted. */
  | { call: string; args: Record<string, unknown>; text?: string }
  /** Call several tools in one answer. */
  | { calls: { call: string; args: Record<string, unknown> }[] }
  /** Say something and end the turn. */
  | { text: string }
  /** Say the pieces one by one with a pause between, then end the turn. */
  | { slow: string[]; gapMs: number }
  /** Refuse with an HTTP status. */
  | { error: number; message?: string }
  /** Never answer. */
  | { hang: true }
  /** Begin an answer, then cut the connection. */
  | { drop: true };

/** An answer, or what makes one from the request (it may wait: the tool then sees a slow model). */
export type Step = Answer | ((request: ModelRequest) => Answer | Promise<Answer>);

/** Answers out of order: the first rule whose `when` holds wins over the next step. */
export interface Rule {
  when: (request: ModelRequest) => boolean;
  answer: Step;
  /** How often it may win; without a number, always. */
  times?: number;
}

export interface Script {
  /** Played one per request, in order. */
  steps?: Step[];
  rules?: Rule[];
  /** An API that gives no verdict on the safety of tool calls, as gateways do not. */
  unchecked?: boolean;
  /** Played when the steps are used up. Default: say "Done." */
  otherwise?: Step;
}

/** Plays one script and keeps a record of everything its tool asked. */
export class ScriptedModel {
  readonly requests: ModelRequest[] = [];
  readonly unchecked: boolean;
  #steps: Step[];
  #rules: Required<Rule>[];
  #otherwise: Step;
  #waiting = new Set<() => void>();

  constructor(script: Script) {
    this.unchecked = script.unchecked === true;
    this.#steps = [...(script.steps ?? [])];
    this.#rules = (script.rules ?? []).map((rule) => ({ times: Infinity, ...rule }));
    this.#otherwise = script.otherwise ?? { text: "Done." };
  }

  /** Requests of the conversation proper. */
  get turns(): ModelRequest[] {
    return this.requests.filter((request) => !request.side);
  }

  /** Steps not yet played. */
  get left(): number {
    return this.#steps.length;
  }

  /** Adds steps while the tool runs. */
  append(...steps: Step[]): void {
    this.#steps.push(...steps);
  }

  /** Forgets the steps not yet played. */
  drop(): void {
    this.#steps.length = 0;
  }

  /** Records a request; for one of the conversation, also chooses its answer. */
  async answer(request: ModelRequest): Promise<Answer> {
    const step = request.side ? this.#otherwise : this.#choose(request);
    this.requests.push(request);
    for (const wake of this.#waiting) wake();
    return typeof step === "function" ? await step(request) : step;
  }

  /**
   * The first recorded request of the conversation that satisfies `wanted`, past or future. Rejects after `timeoutMs`
   * with the texts of what was seen instead.
   */
  async until(wanted: (request: ModelRequest) => boolean, timeoutMs = PATIENCE_MS): Promise<ModelRequest> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.turns.find(wanted);
      if (found) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`No such model request within ${timeoutMs} ms. Seen: ${this.#summary()}`);
      await this.#next(left);
    }
  }

  #choose(request: ModelRequest): Step {
    const rule = this.#rules.find((candidate) => candidate.times > 0 && candidate.when(request));
    if (rule) {
      rule.times -= 1;
      return rule.answer;
    }
    return this.#steps.shift() ?? this.#otherwise;
  }

  async #next(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#waiting.add(wake);
    });
  }

  #summary(): string {
    const lines = this.requests.map(
      (request) =>
        `#${request.index}${request.side ? " (side)" : ""} ${request.messages.at(-1)?.text.slice(0, 300) ?? ""}`,
    );
    return lines.length === 0 ? "nothing" : `\n${lines.join("\n")}`;
  }
}

/** All text of a request a model can read, to search for what it was told. */
export function textOf(request: ModelRequest): string {
  return [request.instructions, ...request.messages.map((message) => message.text)].join("\n");
}

/** Whether a message of a request holds these words. */
export const says =
  (words: string) =>
  ({ messages }: ModelRequest): boolean =>
    messages.some(({ text }) => text.includes(words));

/** How many messages of a request hold them. */
export function times({ messages }: ModelRequest, words: string): number {
  return messages.filter(({ text }) => text.includes(words)).length;
}

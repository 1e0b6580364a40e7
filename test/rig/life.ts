import { setTimeout as sleep } from "node:timers/promises";
import type { RigRun } from "./link.ts";
import { PATIENCE_MS } from "./rig.ts";
import type { Answer, ModelRequest, ScriptedModel } from "./script.ts";
import { Reported, type Stand, type Truth } from "./stands.ts";

const LOOK_MS = 5;

/** One answer of the model, and how the agent stands once its last byte has gone out. */
export interface Line {
  answer: Answer;
  /** Several, when the tool still has something to do of which only it knows when it is done. */
  leaves: Stand | Stand[];
  /** What it is doing then, where that says more. */
  doing?: string;
  /** The answer begins when this resolves; the model thinks until then. */
  after?: Promise<unknown>;
}

/** One agent of a real tool from its start to its end, with what the script knows of it and what Clustr reports of it. */
export abstract class Life {
  readonly run: RigRun;
  readonly model: ScriptedModel;
  readonly truth: Truth;
  readonly reported: Reported;
  readonly random: () => number;
  /** What the model said, by the index of its request. */
  readonly #lines: Map<number, Line>;
  readonly #personMs: number;

  /** `personMs`: how long a person takes between what they see and their key; tools take faster keys for a paste. */
  protected constructor(
    { run, model, truth }: { run: RigRun; model: ScriptedModel; truth: Truth },
    lines: Map<number, Line>,
    personMs: number,
    random: () => number,
  ) {
    this.run = run;
    this.model = model;
    this.truth = truth;
    this.#lines = lines;
    this.#personMs = personMs;
    this.random = random;
    this.reported = new Reported(run);
    this.reported.listen(run);
  }

  /** Starts it, or takes it over when the server is back. */
  protected abstract start(): Promise<void>;

  /** Makes the model speak: a message of Clustr, or words typed by the person. */
  abstract prompt(): Promise<void>;

  /** Adds what the model says next. */
  says(...lines: Line[]): void {
    this.model.append(...lines.map((line) => (request: ModelRequest) => this.play(line, request)));
  }

  protected async play(line: Line, request: ModelRequest): Promise<Answer> {
    this.#lines.set(request.index, line);
    this.truth.is("working");
    await (line.after ?? this.pause());
    return line.answer;
  }

  /** A while in which nothing changes, long enough to be noticed. */
  async pause(): Promise<void> {
    await sleep(400 + 500 * this.random());
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  /** Resolves when the script knows that it stands so. */
  async stands(stand: Stand): Promise<void> {
    await this.until(() => this.truth.now.join() === stand, `that it is ${stand}`);
  }

  /** Resolves when the person sees this in the terminal. */
  async sees(text: string | RegExp): Promise<void> {
    await this.until(async () => found(await this.run.shows(), text), `to see ${String(text)}`);
  }

  /** Resolves when this holds; rejects with all that is known when it does not in time. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; !(await holds()); await sleep(LOOK_MS))
      if (performance.now() > end) throw new Error(`The script waits ${what}. ${await this.run.story()}`);
  }

  /** What the person types, and Enter. */
  async command(text: string): Promise<void> {
    this.run.type(text);
    await this.press("\r", text);
  }

  /** A key of the person, pressed on what they see. Returns at once when it is pressed. */
  async press(key: string, shown: string): Promise<void> {
    await this.sees(shown);
    await sleep(this.#personMs);
    this.run.type(key);
  }

  /** What Clustr says is being asked now, first asked at or after signal `since`. */
  async asked(since: number): Promise<string> {
    const { item } = await this.run.signal("attention", { since });
    return item.key ?? "";
  }

  /** Clustr's server dies and is back; while it is away it reports nothing new. */
  async restart(): Promise<void> {
    const stands = this.truth.now;
    this.truth.is("spawning", "working", "held", "idle", "failed");
    this.run.drop();
    await sleep(300 * this.random());
    await this.start();
    this.truth.is(...stands);
  }
}

function found(screen: string, text: string | RegExp): boolean {
  return typeof text === "string" ? screen.includes(text) : text.test(screen);
}

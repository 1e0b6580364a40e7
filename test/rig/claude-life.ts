import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { claude } from "../../src/services/claude/claude.ts";
import { anthropicServer, type AnthropicServer } from "./anthropic.ts";
import { claudeEnv } from "./claude-home.ts";
import { Reported, Truth, type Stand } from "./stands.ts";
import { RigRun } from "./link.ts";
import { scratch, type Scratch } from "./rig.ts";
import type { Answer, ModelRequest, ScriptedModel } from "./script.ts";

const SHOWN = { timeout: 10_000, interval: 25 };
/** Between keys of a person: the tool takes faster ones for a paste, and none for a dialog that has just opened. */
const PERSON_MS = 500;

/** One answer of the model, and how the agent stands once its last byte has gone out. */
export interface Line {
  answer: Answer;
  leaves: Stand;
  /** The answer begins when this resolves; the model thinks until then. */
  after?: Promise<unknown>;
}

/** Words with which the tool asks its model for the summary of a conversation. */
const SUMMARY = "Respond with TEXT ONLY";

/** One Claude Code from its start to its end, with what the script knows of it and what Clustr reports of it. */
export class ClaudeLife implements AsyncDisposable {
  readonly run: RigRun;
  readonly model: ScriptedModel;
  readonly truth: Truth;
  readonly reported: Reported;
  readonly random: () => number;
  readonly #api: AnthropicServer;
  readonly #place: Scratch;
  readonly #lines: Map<number, Line>;
  #prompts = 0;

  private constructor(
    api: AnthropicServer,
    place: Scratch,
    run: RigRun,
    truth: Truth,
    lines: Map<number, Line>,
    random: () => number,
  ) {
    this.#api = api;
    this.#place = place;
    this.run = run;
    this.truth = truth;
    this.#lines = lines;
    this.random = random;
    this.model = api.play("alice", {
      rules: [
        {
          when: (request) => request.messages.slice(-4).some(({ text }) => text.includes(SUMMARY)),
          answer: () => this.#sum(),
        },
      ],
    });
    this.reported = new Reported(run);
    this.reported.listen(run);
    // What is harmless passes, so that the scenes ask exactly where they mean to.
    run.policy = (_tool, subject = "") => (/^(true|sleep|wait)\b/.test(subject) ? "allow" : undefined);
  }

  static async begin(random: () => number): Promise<ClaudeLife> {
    const truth = new Truth();
    const lines = new Map<number, Line>();
    const api = await anthropicServer(({ index }, whole) => {
      const line = lines.get(index);
      // Whoever hangs up on a model that speaks has interrupted it.
      if (line && truth.now[0] !== "gone") truth.is(whole || "drop" in line.answer ? line.leaves : "idle");
    });
    const place = await scratch();
    const env = await claudeEnv(place, api.base("alice"));
    const run = await RigRun.make(place, env, { task: "Begin." }, []);
    const life = new ClaudeLife(api, place, run, truth, lines, random);
    life.says({ answer: { text: "Ready." }, leaves: "idle" });
    truth.is("spawning", "working");
    await run.start(claude);
    // Only now it has a terminal.
    void run.exit(2 ** 31 - 1).then((exit) => exit && life.reported.ended(exit));
    await life.stands("idle");
    await life.shows("Ready.");
    return life;
  }

  /** Adds what the model says next. */
  says(...lines: Line[]): void {
    this.model.append(
      ...lines.map((line) => async (request: ModelRequest) => {
        this.#lines.set(request.index, line);
        this.truth.is("working");
        await (line.after ?? this.pause());
        return line.answer;
      }),
    );
  }

  async #sum(): Promise<Answer> {
    this.truth.is("working");
    await this.pause();
    return { text: `<summary>${"All that was said until now. ".repeat(20)}</summary>` };
  }

  /** A while in which nothing changes, long enough to be noticed. */
  async pause(): Promise<void> {
    await sleep(400 + 500 * this.random());
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  async shows(words: string): Promise<void> {
    await expect.poll(() => this.run.shows(), SHOWN).toContain(words);
  }

  /** Resolves when the script knows that it stands so. */
  async stands(stand: Stand): Promise<void> {
    await expect
      .poll(() => this.truth.now.join(), { timeout: 20_000, interval: 5 })
      .toBe(stand)
      .catch(async (error: unknown) => {
        throw new Error(`The script waits for "${stand}". ${await this.run.story()}`, { cause: error });
      });
    await this.noticed();
  }

  /** Waits until Clustr reports what the script knows, if it does so within a few seconds: how long that took is measured. */
  async noticed(): Promise<void> {
    const until = performance.now() + 3_000;
    while (this.reported.line.at(-1)?.is !== this.truth.now[0] && performance.now() < until) await sleep(5);
  }

  /** Makes the model speak: a message of Clustr, or words typed by the person. */
  async prompt(): Promise<void> {
    const id = `m-${++this.#prompts}-x`;
    this.truth.is(...this.truth.now, "working");
    if (this.chance(0.5)) this.run.post(id, `prompt ${id}.`);
    else await this.command(`prompt ${id}.`);
    await this.model.until(({ messages }) => messages.some(({ text }) => text.includes(`prompt ${id}.`)));
  }

  /** What the person types, and Enter. */
  async command(text: string): Promise<void> {
    this.run.type(text);
    await this.shows(text);
    await sleep(PERSON_MS);
    this.run.type("\r");
  }

  /** A key of the person, pressed on what they see. Returns at once when it is pressed. */
  async press(key: string, words: string): Promise<void> {
    await this.shows(words);
    await sleep(PERSON_MS);
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
    await this.run.start(claude);
    this.truth.is(...stands);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.pause();
    this.truth.is("gone");
    process.kill(this.run.pid, "SIGKILL");
    await this.pause();
    this.truth.is();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run[Symbol.asyncDispose]();
    await this.#api[Symbol.asyncDispose]();
    await this.#place[Symbol.asyncDispose]();
  }
}

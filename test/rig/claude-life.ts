import { setTimeout as sleep } from "node:timers/promises";
import { claude } from "../../src/services/claude/claude.ts";
import { anthropicServer } from "./anthropic.ts";
import { claudeEnv } from "./claude-home.ts";
import { Life, type Line } from "./life.ts";
import { RigRun } from "./link.ts";
import { scratch, type Scratch } from "./rig.ts";
import type { Answer, ScriptedModel } from "./script.ts";
import type { ScriptedApi } from "./scripted-api.ts";
import { Truth, type Stand } from "./stands.ts";

/** Claude Code takes faster keys for a paste, and none for a dialog that has just opened. */
const PERSON_MS = 500;

/** Words with which the tool asks its model for the summary of a conversation. */
const SUMMARY = "Respond with TEXT ONLY";

/** One Claude Code from its start to its end. */
export class ClaudeLife extends Life implements AsyncDisposable {
  readonly #api: ScriptedApi;
  readonly #place: Scratch;
  #prompts = 0;

  private constructor(
    { api, place }: { api: ScriptedApi; place: Scratch },
    told: { run: RigRun; model: ScriptedModel; truth: Truth },
    lines: Map<number, Line>,
    random: () => number,
  ) {
    super(told, lines, PERSON_MS, random);
    this.#api = api;
    this.#place = place;
    // What is harmless passes, so that the scenes ask exactly where they mean to.
    this.run.policy = (_tool, subject = "") => (/^(true|sleep|wait)\b/.test(subject) ? "allow" : undefined);
  }

  static async begin(random: () => number): Promise<ClaudeLife> {
    const truth = new Truth();
    const lines = new Map<number, Line>();
    const api = await anthropicServer(({ index }, whole) => {
      const line = lines.get(index);
      // Whoever hangs up on a model that speaks has interrupted it.
      if (line && truth.now[0] !== "gone")
        truth.is(...(whole || "drop" in line.answer ? [line.leaves].flat() : ["idle" as const]));
    });
    const model = api.play("alice", {
      rules: [
        {
          when: (request) => request.messages.slice(-4).some(({ text }) => text.includes(SUMMARY)),
          answer: () => life.#sum(),
        },
      ],
    });
    const place = await scratch();
    const env = await claudeEnv(place, api.base("alice"));
    const run = await RigRun.make(place, env, { task: "Begin." }, []);
    const life: ClaudeLife = new ClaudeLife({ api, place }, { run, model, truth }, lines, random);
    life.says({ answer: { text: "Ready." }, leaves: "idle" });
    truth.is("spawning", "working");
    await life.start();
    // Only now it has a terminal.
    void run.exit(2 ** 31 - 1).then((exit) => exit && life.reported.ended(exit));
    await life.stands("idle");
    await life.sees("Ready.");
    return life;
  }

  protected async start(): Promise<void> {
    await this.run.start(claude);
  }

  async #sum(): Promise<Answer> {
    this.truth.is("working");
    await this.pause();
    return { text: `<summary>${"All that was said until now. ".repeat(20)}</summary>` };
  }

  override async stands(stand: Stand): Promise<void> {
    await super.stands(stand);
    await this.noticed();
  }

  /** Waits until Clustr reports what the script knows, if it does so within a few seconds: how long that took is measured. */
  async noticed(): Promise<void> {
    const until = performance.now() + 3_000;
    while (this.reported.line.at(-1)?.is !== this.truth.now[0] && performance.now() < until) await sleep(5);
  }

  async prompt(): Promise<void> {
    const id = `m-${++this.#prompts}-x`;
    this.truth.is(...this.truth.now, "working");
    if (this.chance(0.5)) this.run.post(id, `prompt ${id}.`);
    else await this.command(`prompt ${id}.`);
    await this.model.until(({ messages }) => messages.some(({ text }) => text.includes(`prompt ${id}.`)));
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

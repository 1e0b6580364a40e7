import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { codexRun, type CodexRun } from "./codex-run.ts";
import { Life, type Line } from "./life.ts";
import { PATIENCE_MS } from "./rig.ts";
import type { Answer, ModelRequest } from "./script.ts";
import { Truth } from "./stands.ts";

const LOOK_MS = 10;
/** What stands below every dialog of Codex that holds it. */
const DIALOG = /enter to confirm or esc to cancel|enter to submit/i;
/** Codex takes faster ones for a paste, and ignores them right after a question appeared. */
const PERSON_MS = 600;
const FORMS = fileURLToPath(new URL("form-server.ts", import.meta.url));
const TABLES = `stream_max_retries = 3
[features]
default_mode_request_user_input = true
[mcp_servers.forms]
command = "${process.execPath}"
args = ["${FORMS}"]
default_tools_approval_mode = "approve"`;

/** One Codex from its start to its end. */
export class CodexLife extends Life implements AsyncDisposable {
  readonly made: CodexRun;
  /** Its model works through `exec`. */
  readonly code: boolean;
  /** What it is doing now, in a word or two. */
  doing = "starting";
  #prompts = 0;

  private constructor(made: CodexRun, truth: Truth, lines: Map<number, Line>, code: boolean, random: () => number) {
    super({ run: made.run, model: made.model, truth }, lines, PERSON_MS, random);
    this.code = code;
    this.made = made;
  }

  static async begin(code: boolean, random: () => number): Promise<CodexLife> {
    const truth = new Truth();
    const lines = new Map<number, Line>();
    const told = ({ index }: ModelRequest, whole: boolean): void => {
      const line = lines.get(index);
      // Whoever hangs up on a model that speaks has interrupted it.
      if (!line || truth.now[0] === "gone") return;
      const interrupted = !whole && !("drop" in line.answer);
      const stands = interrupted ? ["idle" as const] : [line.leaves].flat();
      life.doing = line.doing && !interrupted ? line.doing : (stands[0] ?? "");
      if (stands[0] === "held") void life.#asking();
      else truth.is(...stands);
    };
    // Messages make the model speak more often than a scene foresees.
    const otherwise = (request: ModelRequest): Promise<Answer> | Answer =>
      request.side ? { text: "" } : life.play({ answer: { text: "Done." }, leaves: "idle" }, request);
    const made = await codexRun({ otherwise }, { code, autonomy: "auto", tables: TABLES, told });
    const life: CodexLife = new CodexLife(made, truth, lines, code, random);
    life.says({ answer: { text: "Ready." }, leaves: "idle" });
    truth.is("spawning", "working");
    await life.start();
    await life.stands("idle");
    await life.sees("Ready.");
    return life;
  }

  protected async start(): Promise<void> {
    await this.made.start();
  }

  protected override play(line: Line, request: ModelRequest): Promise<Answer> {
    this.doing = "streaming";
    return super.play(line, request);
  }

  /** Codex takes its time to ask. It is held from when the person can see that. */
  async #asking(): Promise<void> {
    this.truth.is("working", "held");
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await sleep(LOOK_MS)) {
      const shown = DIALOG.test(await this.run.shows());
      if (this.truth.now.join() !== "working,held") return;
      if (shown) return this.truth.is("held");
    }
  }

  async prompt(): Promise<void> {
    const text = `prompt ${++this.#prompts}.`;
    this.truth.is(...this.truth.now, "working");
    if (this.chance(0.5)) this.run.post(`m-${this.#prompts}`, text);
    else this.run.type(`\u001b[200~${text}\u001b[201~\r`);
    await this.model.until(({ messages }) => messages.some((message) => message.text === text));
  }

  /** Ends one of its programs as a crash would. */
  async kill(program: "main" | "app-server"): Promise<void> {
    await this.pause();
    this.truth.is("gone");
    process.kill(this.run.pidOf(program), "SIGKILL");
    const exit = program === "main" && (await this.run.exit(5_000));
    if (exit) this.reported.ended(exit);
    await this.pause();
    this.truth.is();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.made[Symbol.asyncDispose]();
  }
}

import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { codexRun, type CodexRun } from "./codex-run.ts";
import { Reported, Truth, type Stand } from "./stands.ts";
import type { RigRun } from "./link.ts";
import type { Answer, ModelRequest } from "./script.ts";

const WAIT_MS = 15_000;
const LOOK_MS = 10;
/** What stands below every dialog of Codex that holds it. */
const DIALOG = /enter to confirm or esc to cancel|enter to submit/i;
/** Between keys of a person; Codex takes faster ones for a paste, and ignores them right after a question appeared. */
const PERSON_MS = 600;
const FORMS = fileURLToPath(new URL("form-server.ts", import.meta.url));
const TABLES = `stream_max_retries = 3
[features]
default_mode_request_user_input = true
[mcp_servers.forms]
command = "${process.execPath}"
args = ["${FORMS}"]
default_tools_approval_mode = "approve"`;

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

/** One Codex from its start to its end, with what the script knows of it and what Clustr reports of it. */
export class Life implements AsyncDisposable {
  readonly made: CodexRun;
  readonly run: RigRun;
  readonly truth: Truth;
  readonly reported: Reported;
  readonly random: () => number;
  /** Its model works through `exec`. */
  readonly code: boolean;
  /** What it is doing now, in a word or two. */
  doing = "starting";
  readonly #lines: Map<number, Line>;
  #prompts = 0;

  private constructor(made: CodexRun, truth: Truth, lines: Map<number, Line>, code: boolean, random: () => number) {
    this.code = code;
    this.made = made;
    this.run = made.run;
    this.truth = truth;
    this.reported = new Reported(made.run);
    this.reported.listen(made.run);
    this.random = random;
    this.#lines = lines;
  }

  static async begin(code: boolean, random: () => number): Promise<Life> {
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
      request.side ? { text: "" } : life.#play({ answer: { text: "Done." }, leaves: "idle" }, request);
    const made = await codexRun({ otherwise }, { code, autonomy: "auto", tables: TABLES, told });
    const life: Life = new Life(made, truth, lines, code, random);
    life.says({ answer: { text: "Ready." }, leaves: "idle" });
    truth.is("spawning", "working");
    await made.start();
    await life.stands("idle");
    await life.sees("Ready.");
    return life;
  }

  /** Adds what the model says next. */
  says(...lines: Line[]): void {
    this.made.model.append(...lines.map((line) => (request: ModelRequest) => this.#play(line, request)));
  }

  async #play(line: Line, request: ModelRequest): Promise<Answer> {
    this.#lines.set(request.index, line);
    this.truth.is("working");
    this.doing = "streaming";
    await (line.after ?? this.pause());
    return line.answer;
  }

  /** Codex takes its time to ask. It is held from when the person can see that. */
  async #asking(): Promise<void> {
    this.truth.is("working", "held");
    for (const end = performance.now() + WAIT_MS; performance.now() < end; await sleep(LOOK_MS)) {
      const shown = DIALOG.test(await this.run.shows());
      if (this.truth.now.join() !== "working,held") return;
      if (shown) return this.truth.is("held");
    }
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

  /** Makes the model speak: a message of Clustr, or words typed by the person. */
  async prompt(): Promise<void> {
    const text = `prompt ${++this.#prompts}.`;
    this.truth.is(...this.truth.now, "working");
    if (this.chance(0.5)) this.run.post(`m-${this.#prompts}`, text);
    else this.run.type(`\u001b[200~${text}\u001b[201~\r`);
    await this.made.model.until(({ messages }) => messages.some((message) => message.text === text));
  }

  /** Resolves when the person sees this in the terminal. */
  async sees(text: string | RegExp): Promise<void> {
    await this.until(async () => found(await this.run.shows(), text), `to see ${String(text)}`);
  }

  /** Resolves when this holds; rejects with all that is known when it does not in time. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    for (const end = performance.now() + WAIT_MS; !(await holds()); await sleep(LOOK_MS))
      if (performance.now() > end) throw new Error(`The script waits ${what}. ${await this.run.story()}`);
  }

  /** What the person types as a command of the tool. */
  async command(text: string): Promise<void> {
    this.run.type(text);
    await this.sees(text);
    await sleep(PERSON_MS);
    this.run.type("\r");
  }

  /** A key of the person, pressed on what they see. Returns at once when it is pressed. */
  async press(key: string, shown: string): Promise<void> {
    await this.sees(shown);
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
    await this.made.start();
    this.truth.is(...stands);
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

function found(screen: string, text: string | RegExp): boolean {
  return typeof text === "string" ? screen.includes(text) : text.test(screen);
}

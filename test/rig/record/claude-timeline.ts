import { setTimeout as sleep } from "node:timers/promises";
import type { ScreenState } from "../../../src/core/ports/screen.ts";
import { claude } from "../../../src/services/claude/claude.ts";
import { readComposer } from "../../../src/services/claude/composer.ts";
import { readMenu } from "../../../src/services/claude/menu.ts";
import { followSessionFile } from "../../../src/services/claude/session-file.ts";
import { anthropicServer } from "../anthropic.ts";
import { claudeEnv } from "../claude-home.ts";
import { RigRun, type RigAgent } from "../link.ts";
import { scratch } from "../rig.ts";
import type { Script } from "../script.ts";

/** How often the screen is looked at, in ms. */
const LOOK = 40;

/** One Claude Code whose every sign is written down with its moment, in ms since the recording began. */
export class Timeline implements AsyncDisposable {
  readonly run: RigRun;
  readonly lines: { at: number; [what: string]: unknown }[] = [];
  readonly screens: { name: string; screen: object }[] = [];
  /** Paths of this machine, and the words that stand for them. */
  readonly places: ReadonlyMap<string, string>;
  readonly #began = Date.now() - 1_000;
  readonly #over = new AbortController();
  readonly #dispose: () => Promise<void>;

  private constructor(run: RigRun, places: ReadonlyMap<string, string>, dispose: () => Promise<void>) {
    this.run = run;
    this.places = places;
    this.#dispose = dispose;
  }

  /** Starts the tool and records from its first sign on. `leaves`: how the agent stands once the answer to each request is out. */
  static async begin(
    script: Script,
    leaves: readonly string[],
    {
      agent = { task: "do it" },
      tamper,
    }: Partial<{
      agent: RigAgent;
      tamper: RigRun["tamper"];
    }> = {},
  ): Promise<Timeline> {
    const place = await scratch();
    const told = { line: (_truth: string): void => {} };
    const api = await anthropicServer(({ index }, whole) => told.line(whole ? (leaves[index] ?? "idle") : "idle"));
    const model = api.play("alice", script);
    const env = await claudeEnv(place, api.base("alice"));
    const run = await RigRun.make(place, env, agent, []);
    if (tamper) run.tamper = tamper;
    const { cwd } = run.agent;
    const places = new Map([
      [cwd, "/home/tester/project"],
      [cwd.replaceAll("/", "-"), "-home-tester-project"],
      [env.HOME ?? "", "/home/tester"],
      [place.path, "/home/tester"],
      [run.door, "http://127.0.0.1:1"],
      [api.base("alice"), "http://127.0.0.1:2"],
      [api.base("alice").replace(/^http:\/\/|\/agent.*$/g, ""), "127.0.0.1:2"],
    ]);
    const timeline = new Timeline(run, places, async () => {
      await run[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });
    told.line = (truth) => timeline.truth(truth);
    const { hooks } = run.gate;
    const note = hooks.push.bind(hooks);
    hooks.push = (...heard) => {
      for (const { body } of heard) timeline.#add({ hook: body });
      return note(...heard);
    };
    // A request is work, whoever asked for it.
    const answer = model.answer.bind(model);
    model.answer = (request) => {
      if (!request.side) timeline.truth("working");
      return answer(request);
    };
    await run.start(claude);
    timeline.#watch(env.HOME ?? "");
    return timeline;
  }

  #watch(home: string): void {
    const { signal } = this.#over;
    const socket = String(
      this.run.started[0]?.args[(this.run.started[0]?.args.indexOf("--messaging-socket-path") ?? 0) + 1],
    );
    const mark = { folder: `${home}/.claude/sessions`, socket, session: () => undefined };
    void followSessionFile(mark, signal, (file) => {
      const { socket: _, ...told } = file ?? { socket: undefined };
      this.#add({
        file: file === undefined ? null : { ...told, since: file.since > 0 ? file.since - this.#began : 0 },
      });
    });
    void (async () => {
      const terminal = await this.run.terminal({ command: "", args: [], env: {} });
      void (async () => {
        for await (const title of terminal.titles(signal)) this.#add({ title });
      })();
      for (let before: boolean | undefined; !signal.aborted; await sleep(LOOK)) {
        const screen = await terminal.screen();
        const dialog = readMenu(screen) !== undefined ? true : readComposer(screen) !== undefined ? false : undefined;
        if (dialog !== undefined && dialog !== before) this.#add({ screen: { dialog } });
        before = dialog ?? before;
      }
    })();
  }

  /** From here on it stands so, as the script knows. */
  truth(truth: string): void {
    if (this.lines.findLast((line) => "truth" in line)?.["truth"] !== truth) this.#add({ truth });
  }

  /** Keeps the screen as it is now, once it shows these words. */
  async keep(name: string, words: string): Promise<void> {
    await this.shows(words);
    // Drawing goes on for a moment after the first words.
    await sleep(400);
    const { lines, cols, rows, cursor } = await (await this.run.terminal({ command: "", args: [], env: {} })).screen();
    const last = lines.findLastIndex(({ text }) => text.trim() !== "");
    const drawn: ScreenState["lines"] = lines.slice(0, last + 1);
    this.screens.push({ name, screen: { lines: drawn, cols, rows, cursor } });
  }

  async shows(words: string): Promise<void> {
    for (const until = performance.now() + 30_000; !(await this.run.shows()).includes(words); await sleep(LOOK))
      if (performance.now() > until) throw new Error(`The screen does not show "${words}". ${await this.run.story()}`);
  }

  /** Types as a person does, who reads first. */
  async type(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await sleep(900);
      this.run.type(key);
    }
  }

  #add(what: Record<string, unknown>): void {
    this.lines.push({ at: Date.now() - this.#began, ...what });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#dispose();
  }
}

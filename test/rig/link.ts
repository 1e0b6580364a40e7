import type { Decision } from "../../src/contract/policy.ts";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type {
  AgentBrief,
  AgentLink,
  AgentSession,
  AgentTerminal,
  Parcel,
  ProgramSpec,
  Service,
  Signal,
} from "../../src/core/ports/service.ts";
import type { TerminalExit } from "../../src/core/ports/terminal.ts";
import { until } from "../../src/services/until.ts";
import { CallRecord } from "./calls.ts";
import { rigDoor, type Door, type RigTool } from "./door.ts";
import { RigProgram } from "./program.ts";
import { PATIENCE_MS, type Scratch } from "./rig.ts";

/** Between looks for something that is awaited. */
const LOOK_MS = 15;
/** The same for the screen, which takes a while to read. */
const SCREEN_MS = 50;
/** Between tries to hand over what was not taken, beside every signal; as the core does. */
const SWEEP_MS = 2_000;

type Of<T extends Signal["type"]> = Extract<Signal, { type: T }>;

function isOf<T extends Signal["type"]>(type: T, signal: Signal): signal is Of<T> {
  return signal.type === type;
}

/** What an agent of a test is; the rest has defaults. */
export type RigAgent = Partial<AgentBrief> & { task: string };

/**
 * One run of one agent around a service under test: a real pty, a real door, and a mailbox. It plays the core's part by
 * the book: parcels wait in `post` order, `deliver` is tried on each signal and now and then, hooks take what waits.
 */
export class RigRun extends CallRecord implements AgentLink, AsyncDisposable {
  readonly agent: AgentBrief;
  readonly runDir: string;
  readonly socketDir: string;
  readonly env: Record<string, string>;
  readonly gate: Door;
  readonly node = process.execPath;
  readonly signals: (Signal & { at: number })[] = [];
  readonly handed: { id: string; channel: string; at: number }[] = [];
  readonly logged: string[] = [];
  /** Command lines of all programs started. */
  readonly started: ProgramSpec[] = [];
  session: AgentSession | undefined;
  /** Changes a program before it is started: the tool as it might be in another version. */
  tamper: (program: ProgramSpec) => Promise<ProgramSpec> = async (program) => program;
  #waiting: Parcel[] = [];
  #taken = new Map<string, Parcel[]>();
  #programs = new Map<string, RigProgram>();
  #open = new AbortController();
  #busy: Promise<void> = Promise.resolve();
  /** It is tried again by itself soon. */
  #trying = false;

  private constructor(agent: AgentBrief, runDir: string, socketDir: string, env: Record<string, string>, gate: Door) {
    super();
    this.agent = agent;
    this.runDir = runDir;
    this.socketDir = socketDir;
    this.env = env;
    this.gate = gate;
  }

  get door(): string {
    return this.gate.url;
  }
  get token(): string {
    return this.gate.token;
  }

  static async make(place: Scratch, env: Record<string, string>, agent: RigAgent, tools: RigTool[]): Promise<RigRun> {
    // A repository of its own: tools look for one upwards, and must not find whatever lies in the temp folder.
    const project = await place.folder("project");
    await promisify(execFile)("git", ["init", "-q", project]);
    const brief: AgentBrief = {
      id: `ag-${agent.name ?? "alice"}`,
      name: "alice",
      cwd: project,
      autonomy: "ask",
      run: 1,
      instructions: "You are alice.",
      ...agent,
    };
    return new RigRun(brief, await place.folder(`run-${brief.id}`), await place.folder("s"), env, await rigDoor(tools));
  }

  /** Opens the service on this run; again, after `drop`, it takes the running agent over. */
  async start(service: Service): Promise<AgentSession> {
    this.#open = new AbortController();
    const session = await service.open(this, this.#open.signal);
    this.session = session;
    this.gate.answerHooks((call) => session.hook(call));
    return session;
  }

  /** Ends our side without the agent noticing, as a kill of the server would. */
  drop(): void {
    this.#open.abort();
    this.session = undefined;
  }

  /** Queues a message and hands it over when the service can take it. */
  post(id: string, text: string, fromHuman = false): void {
    this.#waiting.push({ id, text, fromHuman });
    void this.flush();
  }

  /** Offers what waits to the service, one attempt at a time. */
  flush(): Promise<void> {
    this.#busy = this.#busy.then(async () => {
      const parcels = [...this.#waiting];
      if (parcels.length === 0 || !this.session) return;
      // A hand-over that fails leaves the mail where it is, as in the core.
      const result = await this.session.deliver(parcels).catch((error: unknown) => {
        this.log("a hand-over failed", { error: String(error) });
        return { later: "it failed" };
      });
      if ("later" in result) {
        if (this.#trying) return;
        this.#trying = true;
        setTimeout(() => {
          this.#trying = false;
          void this.flush();
        }, SWEEP_MS).unref();
        return;
      }
      this.#waiting = this.#waiting.filter((parcel) => !parcels.includes(parcel));
      this.#record(parcels, result.channel);
    });
    return this.#busy;
  }

  #record(parcels: Parcel[], channel: string): void {
    for (const { id } of parcels) this.handed.push({ id, channel, at: performance.now() });
  }

  /** What policies say, by tool; a test may set it. */
  readonly policies = new Map<string, Decision>();

  policy(tool: string): Decision | undefined {
    return this.policies.get(tool);
  }

  async takeParcels(requestId: string, channel: string): Promise<Parcel[]> {
    const again = this.#taken.get(requestId);
    if (again) return again;
    const parcels = this.#waiting;
    this.#waiting = [];
    this.#taken.set(requestId, parcels);
    this.#record(parcels, channel);
    return parcels;
  }

  async report(signal: Signal): Promise<void> {
    this.signals.push({ ...signal, at: performance.now() });
    // By the book, "try again on the next signal": but never inside the report, which the service may be awaiting.
    setImmediate(() => void this.flush());
  }

  toolsListed(timeoutMs: number): Promise<boolean> {
    return this.gate.toolsListed(timeoutMs);
  }

  log(message: string, details?: Record<string, unknown>): void {
    this.logged.push(details ? `${message} ${JSON.stringify(details)}` : message);
  }

  async file(name: string, content: string): Promise<string> {
    await mkdir(this.runDir, { recursive: true, mode: 0o700 });
    const path = join(this.runDir, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  }

  terminal(program: ProgramSpec): Promise<AgentTerminal> {
    return this.side("main", program);
  }

  async side(name: string, asked: ProgramSpec): Promise<AgentTerminal> {
    const running = this.#programs.get(name);
    if (running) return running;
    const program = await this.tamper(asked);
    this.started.push(program);
    const begun = new RigProgram(program, this.env, this.agent.cwd);
    this.#programs.set(name, begun);
    return begun;
  }

  /** Ends the agent's programs, as a stop of the core would, and waits until they have. */
  async stop(): Promise<void> {
    this.drop();
    for (const program of this.#programs.values()) await program.end();
  }

  /** How the agent's program ended; undefined when it has not within `timeoutMs`. */
  async exit(timeoutMs: number): Promise<TerminalExit | undefined> {
    return this.#programs.get("main")?.endedWithin(timeoutMs);
  }

  /** Types into the agent's terminal, as a person would. */
  type(keys: string): void {
    this.#programs
      .get("main")
      ?.write(keys)
      .catch((error: unknown) => this.log("what was typed is lost", { error: String(error) }));
  }

  /** What the agent's terminal shows, as text. */
  async shows(): Promise<string> {
    const state = await this.#programs.get("main")?.screen();
    const lines = state?.lines.map((line) => line.text) ?? [];
    return lines.join("\n").trimEnd();
  }

  /** Resolves when the agent's terminal shows these words; rejects with all that is known when it does not in time. */
  async sees(words: string, timeoutMs = PATIENCE_MS): Promise<void> {
    const shown = async (): Promise<boolean> => (await this.shows()).includes(words);
    if (!(await until(shown, { withinMs: timeoutMs, everyMs: SCREEN_MS })))
      throw new Error(`The terminal did not show "${words}" within ${timeoutMs} ms. ${await this.story()}`);
  }

  /** Whether a file of this name is in the agent's folder. */
  made(name: string): boolean {
    return existsSync(join(this.agent.cwd, name));
  }

  /** Process id of the agent's program. */
  get pid(): number {
    return this.pidOf("main");
  }

  /** The same for a side process, by name; 0 when there is none. */
  pidOf(name: string): number {
    return this.#programs.get(name)?.pid ?? 0;
  }

  /** The first signal of this type from index `since` of `signals` on, past or future, that `where` accepts. */
  async signal<T extends Signal["type"]>(
    type: T,
    {
      timeoutMs = PATIENCE_MS,
      since = 0,
      where,
    }: { timeoutMs?: number; since?: number; where?: (signal: Of<T>) => boolean } = {},
  ): Promise<Of<T>> {
    let found: Of<T> | undefined;
    const come = (): boolean => {
      found = this.signals
        .slice(since)
        .find((one): one is Of<T> & { at: number } => isOf(type, one) && (where?.(one) ?? true));
      return found !== undefined;
    };
    await until(come, { withinMs: timeoutMs, everyMs: LOOK_MS });
    if (found === undefined) throw new Error(`No signal "${type}" within ${timeoutMs} ms. ${await this.story()}`);
    return found;
  }

  /** Everything that tells why a test failed. */
  async story(): Promise<string> {
    return `Signals: ${JSON.stringify(this.signals)}\nHooks: ${this.gate.hooks.map((hook) => hook.name).join(" ")}\nScreen:\n${await this.shows()}\nLog: ${this.logged.join("\n")}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.gate[Symbol.asyncDispose]();
  }
}

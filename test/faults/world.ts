import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Stream } from "../../src/client/stream.ts";
import type { Event } from "../../src/contract/event.ts";
import { startClustr, type Launch, type RunningClustr } from "../rig/clustr.ts";
import { cleanEnv } from "../rig/rig.ts";
import { Acknowledgements } from "./acknowledgements.ts";
import { Caller } from "./caller.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The built program, as it is installed; and the sources, for a faster round while something is being mended. */
export const PROGRAMS = { built: join(ROOT, "dist/cli/main.js"), sources: join(ROOT, "src/cli/main.ts") };
/** Files a server under test has open while a load runs on it are looked for by this in the arguments of processes. */
const PREFIX = "clustr-faults-";

/** A promise that was broken. `invariant` is I1 … I10, or the kind's own word. */
export interface Violation {
  invariant: string;
  what: string;
}

/** What a run counted. */
export interface Figures {
  /** Faults that were brought about. */
  faults: number;
  /** Calls answered, refused for good, and broken off at least once. */
  acknowledged: number;
  refused: number;
  unknown: number;
  /** Milliseconds from each start of a server after a fault to its first answer. */
  restarts: number[];
}

/** Thrown by `skip`. */
export class NotRun extends Error {}

/** One run: a folder of its own, a real Clustr in it, what the outside remembers, and what was found wrong. */
export class World {
  readonly folder: string;
  readonly figures: Figures = { faults: 0, acknowledged: 0, refused: 0, unknown: 0, restarts: [] };
  readonly violations: Violation[] = [];
  /** What else a kind measured, for the report. */
  readonly notes: string[] = [];
  readonly memory: Acknowledgements;
  readonly signal: AbortSignal;
  /** Whether terminals' journals hold everything: not when the disk was full, though the programs went on. */
  journalsWhole = true;
  /** Events as a viewer that stayed through everything saw them. */
  readonly followed: Event[] = [];
  readonly #callers: Caller[] = [];
  readonly #after: (() => Promise<void> | void)[] = [];
  readonly #main: string;
  #starting: Promise<RunningClustr> | undefined;
  #clustr: RunningClustr | undefined;
  readonly #ended = new AbortController();
  #stream: Stream | undefined;

  private constructor(folder: string, main: string, memory: Acknowledgements, signal: AbortSignal) {
    this.folder = folder;
    this.#main = main;
    this.memory = memory;
    this.signal = AbortSignal.any([signal, this.#ended.signal]);
  }

  static async make(main: string, signal: AbortSignal): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), PREFIX));
    await mkdir(join(folder, "project"));
    await mkdir(join(folder, "user"), { mode: 0o700 });
    return new World(folder, main, await Acknowledgements.open(join(folder, "acknowledgements.jsonl")), signal);
  }

  /** The data folder. A kind may mount something there before the start. */
  get home(): string {
    return join(this.folder, "home");
  }

  get project(): string {
    return join(this.folder, "project");
  }

  /** The Clustr of this run; throws before `start`. */
  get clustr(): RunningClustr {
    // Whatever a kind that was interrupted still does must not start anything anew.
    if (!this.#clustr || this.#ended.signal.aborted) throw new Error("The world was not started, or has ended.");
    return this.#clustr;
  }

  get started(): boolean {
    return this.#clustr !== undefined;
  }

  get callers(): readonly Caller[] {
    return this.#callers;
  }

  /** Starts the server, with limits that a load does not reach, and a viewer. `node`: what Node is told before the program. */
  async start({ node = [], env = {} }: { node?: string[]; env?: Record<string, string> } = {}): Promise<void> {
    const launch: Launch = { main: this.#main, node };
    const clean = cleanEnv(join(this.folder, "user"), { SHELL: "/bin/sh", ...env });
    this.#starting = startClustr(this.project, this.home, clean, launch);
    this.#clustr = await this.#starting;
    await this.clustr.client.call("limits.set", {
      ...{ live_agents: 60, spawns_per_minute: 600, messages_per_minute: 6000 },
      ...{ unread_messages: 10_000, exchange_length: 1000 },
    });
    const { url: base, workspace } = this.clustr.ready;
    const token = this.clustr.token;
    const event = (one: Event): void => void this.followed.push(one);
    this.#stream = new Stream({
      ...{ base, workspace, token, after: 0, signal: this.signal },
      find: () => ({ base: this.clustr.ready.url, token: this.clustr.token }),
      on: {
        event,
        view: () => this.violate("I8", "a viewer that was never far behind was given the whole view anew"),
      },
    });
  }

  /** Somebody who joined from elsewhere, with a token of an agent. */
  async join(name: string): Promise<Caller> {
    const { token } = await this.clustr.client.call("token.create", { name });
    const caller = this.#caller(name, token);
    const joined = await caller.call("agent.register", { working_on: "calling" });
    if (joined.outcome !== "ok") throw new Error(`${name} could not join: ${JSON.stringify(joined)}`);
    return caller;
  }

  /** The person, whose calls are remembered like all others. */
  person(name = "person"): Caller {
    return this.#caller(name, this.clustr.token);
  }

  /** Ends the server as a crash would. */
  async kill(): Promise<void> {
    this.figures.faults += 1;
    await this.clustr.kill();
  }

  /** Starts it again and notes how long that took. */
  async restart(): Promise<void> {
    const began = performance.now();
    const { clustr } = this;
    this.#starting = clustr.restart().then(() => clustr);
    await this.#starting;
    this.figures.restarts.push(Math.round(performance.now() - began));
  }

  /** Notes something for the report. */
  say(what: string): void {
    this.notes.push(what);
  }

  violate(invariant: string, what: string): void {
    if (this.violations.length < 50) this.violations.push({ invariant, what });
  }

  /** Notes a violation unless something holds. */
  expect(invariant: string, holds: boolean, what: string): void {
    if (!holds) this.violate(invariant, what);
  }

  /** This machine cannot do it: the run counts as not run, and says why. */
  skip(why: string): never {
    throw new NotRun(why);
  }

  /** To be done when the run is over and everything was looked at, e.g. taking away what was mounted. */
  after(work: () => Promise<void> | void): void {
    this.#after.push(work);
  }

  /** Ends everything this run has started. */
  async end(): Promise<void> {
    this.#ended.abort(new Error("The run has ended."));
    this.#stream?.close();
    await this.memory.close();
    // One that is just starting cannot be told to end yet.
    await this.#starting?.catch(() => undefined);
    const clustr = this.#clustr ?? (await this.#starting);
    await clustr?.[Symbol.asyncDispose]();
  }

  /** What `after` was given, the latest first. */
  async tidy(): Promise<void> {
    for (const work of this.#after.toReversed()) await work();
  }

  /** Deletes the folder, once nothing of the run is worth a look. */
  async forget(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  #caller(name: string, token: string): Caller {
    const address = () => ({ base: this.clustr.ready.url, workspace: this.clustr.ready.workspace });
    const caller = new Caller(name, token, address, this.memory, this.signal);
    this.#callers.push(caller);
    return caller;
  }
}

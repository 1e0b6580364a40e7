import { setTimeout as sleep } from "node:timers/promises";
import type { AgentLink, AgentSession, AgentTerminal, HandOver, Parcel, Signal } from "../../core/ports/service.ts";
import { notLoggedIn } from "./detect.ts";
import { passDialogs } from "./dialogs.ts";
import { Evidence } from "./evidence.ts";
import { developerInstructions, PERMISSIONS, type LaunchPlan } from "./launch.ts";
import { Mail, promptId } from "./mail.ts";
import { textInput, type Thread } from "./protocol.ts";
import { Refused, type Rpc } from "./rpc.ts";
import { RunFile } from "./run-file.ts";
import { endOf, reach } from "./server.ts";
import { heldIn, lastTurn, orUndefined } from "./thread.ts";

const CHANNEL = "turn";
/** How long Codex may take to connect to Clustr's tools before its first prompt goes out. */
const TOOLS_MS = 35_000;
/** How long the first prompt may take to enter the conversation; the TUI can only show a thread that holds one. */
const FIRST_PROMPT_MS = 15_000;
/** A thread can be followed once its first turn is on disk, shortly after that turn began. */
const FOLLOW_TRIES = 60;
const FOLLOW_PAUSE_MS = 50;
/** What a dying connection carried may still be on its way when the next one asks what arrived. */
const SETTLE_MS = 500;
const RECONNECT_MS = 300;

/** One Codex agent: a private app-server with the person's TUI and us attached to it. */
export class CodexSession implements AgentSession {
  readonly #link: AgentLink;
  readonly #plan: LaunchPlan;
  readonly #server: AgentTerminal;
  readonly #file: RunFile;
  readonly #mail = new Mail();
  readonly #evidence: Evidence;
  /** Id of the first prompt, beside those of messages. */
  readonly #task: string;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  #rpc: Rpc | undefined;
  #thread = "";
  #followed = false;
  #leaving = false;
  #ready = false;
  /** Sending is one thing after the other: a check what arrived must not meet a prompt that is on its way. */
  #sending: Promise<unknown> = Promise.resolve();
  #telling: Promise<unknown> = Promise.resolve();

  constructor(link: AgentLink, plan: LaunchPlan, server: AgentTerminal, signal: AbortSignal) {
    this.#link = link;
    this.#plan = plan;
    this.#server = server;
    this.#file = new RunFile(link);
    this.#task = `task.${link.agent.id}.${link.agent.run}`;
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    this.#evidence = new Evidence({
      signal: (evidence) => this.#tell(evidence),
      shown: (ids) => this.#shown(ids),
      ended: (turn) => this.#ended(turn),
      began: (thread) => this.#inBackground(this.#moveTo(thread, true)),
      active: (thread) => this.#inBackground(thread === this.#thread ? this.#followSoon() : this.#lookAt(thread)),
      trouble: (what) => link.log(what),
    });
  }

  /** Starts the conversation, or takes over the one that runs. */
  async begin(): Promise<void> {
    const record = await this.#file.read();
    const rpc = await this.#connect();
    const account = await rpc.call("account/read", { refreshToken: false });
    if (account.requiresOpenaiAuth && account.account === null) throw notLoggedIn();
    const { agent } = this.#link;
    if (record) this.#mail.add(record.handed);
    this.#adopt(record?.thread ?? agent.session ?? (await this.#newThread()));
    if (record || agent.session) await this.#takeUp();
    else {
      if (!(await this.#link.toolsListed(TOOLS_MS))) this.#link.log("Codex has not listed Clustr's tools yet; the task goes out without them");
      await this.#inOrder(() => this.#send([{ id: this.#task, text: agent.task, fromHuman: true }]));
    }
    await this.#untilShown();
    const tui = await this.#link.terminal(this.#plan.tui(this.#thread));
    this.#ready = true;
    void this.#keepConnected();
    void passDialogs(tui, (name) => this.#link.log(`Codex shows "${name}", which only the person can answer`), this.#signal).catch(() => undefined);
  }

  hook(): Promise<unknown> {
    return Promise.resolve({});
  }

  /**
   * A prompt begins a turn, or waits in the running one for its next model request: after the tool that runs now, or
   * after the answer being given. While the person is being asked something it waits too and answers nothing.
   */
  deliver(parcels: Parcel[]): Promise<HandOver> {
    return this.#inOrder(async () => {
      const fresh = parcels.filter(({ id }) => !this.#mail.has(id));
      if (fresh.length === 0) return { channel: CHANNEL };
      try {
        await this.#send(fresh);
        return { channel: CHANNEL };
      } catch (error) {
        return { later: `Codex did not take it: ${error instanceof Error ? error.message : String(error)}` };
      }
    });
  }

  async knows(messages: string[]): Promise<string[]> {
    return this.#rpc ? heldIn(this.#rpc, this.#thread, messages) : [];
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    const turn = this.#evidence.turn;
    // A server that is asked to end waits for its turn: the turn has to go first.
    if (turn !== undefined) await this.#rpc?.call("turn/interrupt", { threadId: this.#thread, turnId: turn }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#telling.catch(() => undefined);
  }

  /** On a new connection: what has become of the thread, and of the prompts sent over the one before. */
  async #takeUp(): Promise<void> {
    if (!this.#followed) await this.#follow();
    if (this.#mail.open.length > 0) await this.#inOrder(() => this.#settle());
  }

  async #connect(): Promise<Rpc> {
    this.#rpc = await reach(this.#plan.socket, this.#server, this.#evidence, this.#signal);
    this.#followed = false;
    this.#evidence.forget();
    return this.#rpc;
  }

  async #newThread(): Promise<string> {
    const { agent } = this.#link;
    const rpc = this.#live();
    const { config } = await rpc.call("config/read", { cwd: agent.cwd });
    const { thread } = await rpc.call("thread/start", {
      cwd: agent.cwd,
      ...(agent.model === undefined ? {} : { model: agent.model }),
      ...PERMISSIONS[agent.autonomy],
      developerInstructions: developerInstructions(config.developer_instructions, agent.instructions),
    });
    this.#followed = true; // Who starts a thread follows it.
    return thread.id;
  }

  #adopt(thread: string): void {
    this.#thread = thread;
    this.#evidence.follow(thread);
    this.#tell({ type: "session", session: thread });
  }

  /** Follows the thread, if Codex has it on disk already, and finds out what it is doing. */
  async #follow(): Promise<void> {
    const rpc = this.#live();
    if (!(await orUndefined(rpc.call("thread/resume", { threadId: this.#thread, excludeTurns: true })))) return;
    this.#followed = true;
    this.#evidence.found(await lastTurn(rpc, this.#thread));
  }

  /** Decides about prompts nobody knows the fate of: in the conversation, waiting in the running turn, or never arrived. */
  async #settle(): Promise<void> {
    await sleep(SETTLE_MS, undefined, { signal: this.#signal });
    const unsure = this.#mail.open;
    this.#shown(await heldIn(this.#live(), this.#thread, promptIds(unsure)));
    const rest = this.#mail.open;
    const turn = this.#evidence.turn;
    const lost = turn === undefined ? rest : this.#mail.taken(rest, turn);
    if (lost.length > 0) await this.#send(lost);
  }

  /** Rejects with `Refused` when Codex did not take them, and with `unavailable` when nobody knows. */
  async #send(parcels: Parcel[]): Promise<void> {
    const rpc = this.#live();
    this.#mail.add(parcels);
    await this.#save();
    const prompt = { clientUserMessageId: promptId(parcels), input: parcels.map(({ text }) => textInput(text)) };
    try {
      const { turn } = await rpc.call("turn/start", { threadId: this.#thread, ...prompt }).catch(async (error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        // The server has put the thread away, or never wrote it: bring it back, or begin anew.
        const back = await orUndefined(rpc.call("thread/resume", { threadId: this.#thread, excludeTurns: true }));
        if (!back && (await lastTurn(rpc, this.#thread))) throw error;
        if (!back) this.#adopt(await this.#newThread());
        return rpc.call("turn/start", { threadId: this.#thread, ...prompt });
      });
      const lost = this.#mail.taken(parcels, turn.id);
      if (lost.length > 0) this.#again(lost);
    } catch (error) {
      if (error instanceof Refused) {
        this.#mail.drop(parcels);
        await this.#save();
      } else rpc.close(); // A new connection settles what became of it.
      throw error;
    }
    if (!this.#followed) this.#inBackground(this.#followSoon());
  }

  #ended(turn: string): boolean {
    const lost = this.#leaving ? [] : this.#mail.ended(turn);
    if (lost.length > 0) this.#again(lost);
    return lost.length > 0;
  }

  /** Sends what an interrupted turn has dropped. */
  #again(lost: Parcel[]): void {
    this.#inOrder(() => this.#send(lost)).catch((error: unknown) => {
      this.#link.log("Codex dropped prompts with their turn and did not take them again", { ids: promptIds(lost), error: String(error) });
      this.#tell({ type: "idle" });
    });
  }

  #shown(ids: string[]): void {
    const prompts = this.#mail.shown(ids);
    if (prompts.length === 0) return;
    const messages = prompts.filter((id) => id !== this.#task);
    if (messages.length > 0) this.#tell({ type: "seen", messages });
    void this.#save().catch(() => undefined);
  }

  /** The person works in another conversation of this server: the agent is where they are. `fresh`: it has no turn yet. */
  async #moveTo(thread: Thread, fresh: boolean): Promise<void> {
    if (!this.#ready || thread.id === this.#thread || thread.ephemeral || thread.parentThreadId !== null || thread.threadSource === "thread_title") return;
    this.#followed = false;
    this.#adopt(thread.id);
    await this.#save();
    if (!fresh) return this.#followSoon();
    const text = developerInstructions(null, this.#link.agent.instructions);
    const item = { type: "message", role: "developer", content: [{ type: "input_text", text }] };
    await this.#live().call("thread/inject_items", { threadId: thread.id, items: [item] });
    this.#tell({ type: "idle" });
  }

  async #lookAt(threadId: string): Promise<void> {
    const found = await orUndefined(this.#live().call("thread/read", { threadId }));
    if (found) await this.#moveTo(found.thread, false);
  }

  /** Follows a thread whose first turn has just begun. */
  async #followSoon(): Promise<void> {
    for (let tries = 0; tries < FOLLOW_TRIES && !this.#followed && !this.#signal.aborted; tries++) {
      await this.#follow();
      if (!this.#followed) await sleep(FOLLOW_PAUSE_MS, undefined, { signal: this.#signal });
      else if (this.#mail.open.length > 0) await this.#inOrder(() => this.#settle());
    }
  }

  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#signal.aborted) this.#link.log("A Codex thread could not be followed", { error: String(error) });
    });
  }

  async #untilShown(): Promise<void> {
    for (const until = performance.now() + FIRST_PROMPT_MS; this.#mail.open.length > 0 && performance.now() < until; ) await sleep(FOLLOW_PAUSE_MS, undefined, { signal: this.#signal });
  }

  /** Connects again whenever the connection breaks, until the server itself has ended. */
  async #keepConnected(): Promise<void> {
    let over = false;
    const exit = this.#server.exited(this.#signal).then(async ({ code }) => {
      over = true;
      if (!this.#leaving) this.#tell({ type: "failed", reason: await endOf(this.#server, code) });
    });
    exit.catch(() => undefined);
    while (!this.#signal.aborted && !over) {
      await this.#rpc?.closed;
      this.#rpc = undefined;
      await sleep(RECONNECT_MS, undefined, { signal: this.#signal }).catch(() => undefined);
      if (this.#signal.aborted || over) return;
      await this.#connect()
        .then(() => this.#takeUp())
        .catch((error: unknown) => this.#link.log("Codex's app-server cannot be reached", { error: String(error) }));
    }
  }

  #live(): Rpc {
    if (this.#rpc) return this.#rpc;
    throw new Refused("its app-server is being connected again");
  }

  #save(): Promise<unknown> {
    return this.#file.write({ thread: this.#thread, handed: this.#mail.open });
  }

  #tell(signal: Signal): void {
    this.#telling = this.#telling.then(() => this.#link.report(signal)).catch((error: unknown) => this.#link.log("A signal of Codex could not be recorded", { signal: signal.type, error: String(error) }));
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#sending.then(work);
    this.#sending = next.catch(() => undefined);
    return next;
  }
}

function promptIds(parcels: Parcel[]): string[] {
  return parcels.map(({ id }) => id);
}

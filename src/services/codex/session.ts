import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";
import type {
  AgentLink,
  AgentSession,
  AgentTerminal,
  HandOver,
  HookCall,
  Parcel,
  Signal,
  Evidence,
} from "../../core/ports/service.ts";
import { until } from "../until.ts";
import { ToolCalls } from "./calls.ts";
import { Conversation, isOpen, orUndefined } from "./conversation.ts";
import { notLoggedIn } from "./detect.ts";
import { passDialogs } from "./dialogs.ts";
import { ThreadWatch } from "./thread-watch.ts";
import { answerHook } from "./hook.ts";
import type { LaunchPlan } from "./launch.ts";
import { Post } from "./post.ts";
import type { Thread } from "./protocol.ts";
import { Questions, type Asking } from "./questions.ts";
import { endOf, reach } from "./server.ts";
import { Witnesses } from "./witnesses.ts";

/** How long Codex may take to connect to Clustr's tools before its first prompt goes out. */
const TOOLS_MS = 35_000;
/** How long the first prompt may take to enter the conversation; the TUI can only show a thread that holds one. */
const FIRST_PROMPT_MS = 15_000;
/** Between looks for that. */
const LOOK_MS = 20;
/** Between a connection that broke and the next try. */
const RECONNECT_MS = 300;
/** How long a turn may take to end once it was asked to: a tool that runs is given a moment. */
const INTERRUPT_MS = 10_000;
/** After this long it is asked again. */
const AGAIN_MS = 250;

/** One Codex agent: a private app-server with the person's TUI and us attached to it. */
export class CodexSession implements AgentSession {
  readonly #link: AgentLink;
  readonly #plan: LaunchPlan;
  readonly #server: AgentTerminal;
  readonly #questions: Questions;
  readonly #watch: ThreadWatch;
  readonly #witnesses: Witnesses;
  readonly #conversation: Conversation;
  readonly #post: Post;
  readonly #calls: ToolCalls;
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  #lost: Promise<void> = Promise.resolve();
  /** The TUI is there: from now on the person can go to another thread. */
  #attended = false;
  #leaving = false;
  #telling: Promise<unknown> = Promise.resolve();

  constructor(link: AgentLink, plan: LaunchPlan, server: AgentTerminal, signal: AbortSignal) {
    this.#link = link;
    this.#plan = plan;
    this.#server = server;
    this.#signal = AbortSignal.any([signal, this.#end.signal]);
    const tell = (news: Signal): void => this.#tell(news);
    this.#calls = new ToolCalls(link);
    this.#witnesses = new Witnesses(tell);
    const asking: Asking = {
      signal: tell,
      reply: (id, result) => this.#conversation.rpc.reply(id, result),
      explain: (key, text) => this.#post.note(key, text),
      held: (item) => this.#inTurn(() => this.#calls.hold(item)),
      letGoOn: (item) => this.#calls.goOn(item),
    };
    this.#questions = new Questions(asking, link);
    this.#watch = new ThreadWatch(
      {
        signal: tell,
        shown: (ids) => this.#post.shown(ids),
        ended: (turn) => !this.#leaving && this.#post.ended(turn),
        began: (thread) => this.#inBackground(this.#moveTo(thread, true)),
        active: (thread) =>
          this.#inBackground(thread === this.#conversation.id ? this.#catchUp() : this.#lookAt(thread)),
        reverted: () => this.#inBackground(this.#reverted()),
        item: (item, over) => this.#inTurn(() => (over ? this.#calls.completed(item) : this.#calls.started(item))),
        turnOver: () => this.#inTurn(() => this.#calls.turnOver()),
        changed: () => this.#witnesses.server(this.#conversation.followed ? this.#watch.says : undefined),
        trouble: (what) => link.log(what),
      },
      this.#questions,
    );
    this.#conversation = new Conversation(link.agent, this.#watch, async () => {
      // Written down first: whoever knows the thread must also know what is on its way into it.
      await this.#post.save();
      tell({ type: "session", session: this.#conversation.id });
    });
    this.#post = new Post(link, this.#conversation, this.#watch, tell, this.#signal);
  }

  /** Starts the conversation, or takes over the one that runs. */
  async begin(): Promise<void> {
    const { session } = this.#link.agent;
    const [record] = await Promise.all([this.#post.restore(), this.#questions.restore()]);
    await this.#connect();
    const account = await this.#conversation.rpc.call("account/read", { refreshToken: false });
    if (account.requiresOpenaiAuth && account.account === null) throw notLoggedIn();
    if (record) {
      await this.#conversation.adopt(record.thread);
      await this.#takeUp();
    } else if (session === undefined) await this.#start();
    else {
      await this.#conversation.goOn(session);
      this.#tell({ type: "idle" });
    }
    const tui = await this.#link.terminal(this.#plan.tui(this.#conversation.id));
    this.#attended = true;
    if (record) await this.#find();
    this.#inBackground(this.#keepConnected());
    this.#inBackground(this.#witnesses.watch(tui, this.#signal));
    this.#inBackground(
      passDialogs(
        tui,
        (name) => this.#link.log(`Codex shows "${name}", which only the person can answer`),
        this.#signal,
      ),
    );
  }

  hook(call: HookCall): Promise<unknown> {
    return answerHook(this.#link, this.#calls, call);
  }

  /**
   * A prompt begins a turn, or waits in the running one for its next model request: after the tool that runs now, or
   * after the answer being given. While the person is being asked something it waits too and answers nothing.
   */
  deliver(parcels: Parcel[]): Promise<HandOver> {
    return this.#post.deliver(parcels);
  }

  knows(messages: string[]): Promise<string[]> {
    return this.#conversation.holds(messages);
  }

  /** Whoever answers first wins: the other side's dialog closes by itself. */
  answer(key: string, answer: Answer): Promise<void> {
    return this.#questions.answer(key, answer);
  }

  /** What waited in the turn is sent again by itself, and so begins the next one. */
  async interrupt(): Promise<void> {
    // A prompt on its way is about to begin a turn.
    await this.#post.still();
    const { turn } = this.#watch;
    if (turn === undefined) return;
    for (const until = performance.now() + INTERRUPT_MS; performance.now() < until;) {
      // Codex refuses this for a turn that has been taken but not begun, and does not come back to it.
      await this.#conversation.interrupt(turn);
      if (await this.#watch.over(turn, AGAIN_MS)) return;
    }
    throw new ClustrError(
      "unavailable",
      `The turn has not ended ${INTERRUPT_MS / 1000} s after it was asked to. It may still; press Esc in the agent's terminal.`,
    );
  }

  evidence(): Evidence[] {
    return this.#witnesses.report(this.#watch.turn);
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    await this.#conversation.interrupt(this.#watch.turn).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#end.abort();
    this.#witnesses.close();
    await this.#telling;
  }

  async #start(): Promise<void> {
    this.#post.planTask();
    await this.#conversation.begin();
    if (!(await this.#link.toolsListed(TOOLS_MS)))
      this.#link.log("Codex has not listed Clustr's tools yet; the task goes out without them");
    await this.#post.sendTask();
    const patience = { withinMs: FIRST_PROMPT_MS, everyMs: LOOK_MS, signal: this.#signal };
    await until(() => this.#post.waiting === 0, patience);
  }

  async #connect(): Promise<void> {
    const rpc = await reach(this.#plan.socket, this.#server, this.#watch, this.#signal);
    this.#conversation.connect(rpc);
    this.#lost = rpc.closed;
  }

  /** On a new connection: what has become of the thread, and of the prompts sent over the one before. */
  async #takeUp(): Promise<void> {
    await this.#conversation.follow();
    await this.#reverted();
    await this.#post.settle();
    // What settling sent may have been the thread's first prompt.
    if (this.#post.waiting > 0) await this.#catchUp();
  }

  /** Follows a thread that could not be followed before its first turn. */
  async #catchUp(): Promise<void> {
    if (this.#conversation.followed || this.#leaving) return;
    await this.#conversation.followSoon(this.#signal);
    if (this.#conversation.followed) await this.#post.settle();
  }

  /** The person works in another conversation of this server: the agent is where they are. `fresh`: it has no turn yet. */
  async #moveTo(thread: Thread, fresh: boolean): Promise<void> {
    if (!this.#attended || thread.id === this.#conversation.id || !isOpen(thread)) return;
    // A fork has our part in its history, and all that was said.
    const forked = thread.forkedFromId === this.#conversation.id;
    if (!forked) this.#post.forget();
    await this.#conversation.adopt(thread.id);
    if (!forked) this.#tell({ type: "forgot", why: "the person went to another conversation" });
    if (!fresh) return this.#catchUp();
    if (thread.forkedFromId === null) await this.#conversation.instruct();
    this.#tell({ type: "idle" });
  }

  /** The person went back to an earlier point of the conversation, or may have while we were not there. */
  async #reverted(): Promise<void> {
    const messages = await this.#post.reverted();
    if (messages.length > 0)
      this.#tell({ type: "forgot", why: "the person went back to an earlier point of the conversation", messages });
  }

  /** While nobody was there the person may have gone to another conversation. */
  async #find(): Promise<void> {
    const thread = await this.#conversation.newer();
    if (thread) await this.#moveTo(thread, thread.preview === "");
  }

  async #lookAt(threadId: string): Promise<void> {
    const found = await orUndefined(this.#conversation.rpc.call("thread/read", { threadId }));
    if (found) await this.#moveTo(found.thread, false);
  }

  /** Connects again whenever the connection breaks, until the server itself has ended. */
  async #keepConnected(): Promise<void> {
    let over = false;
    const ended = this.#server.exited(this.#signal).then(async ({ code }) => {
      over = true;
      this.#inTurn(() => this.#calls.end());
      if (!this.#leaving) this.#tell({ type: "failed", reason: await endOf(this.#server, code) });
    });
    this.#inBackground(ended);
    for (;;) {
      await this.#lost;
      this.#conversation.connect(undefined);
      this.#witnesses.server(undefined);
      await sleep(RECONNECT_MS, undefined, { signal: this.#signal });
      if (over) return;
      try {
        await this.#connect();
        await this.#takeUp();
        await this.#find();
      } catch (error) {
        if (over || this.#signal.aborted) return;
        this.#link.log("Codex's app-server cannot be reached", { error: String(error) });
      }
    }
  }

  /** For work nobody waits for. That it ends with the session is no news. */
  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#signal.aborted && !this.#leaving) this.#link.log("Following Codex failed", { error: String(error) });
    });
  }

  #tell(signal: Signal): void {
    // An agent that was asked to leave is not at rest, it is going.
    if (this.#leaving && signal.type !== "seen") return;
    this.#inTurn(() => this.#link.report(signal));
  }

  /** Tells the core one thing after the other. */
  #inTurn(work: () => Promise<void>): void {
    this.#telling = this.#telling
      .then(work)
      .catch((error: unknown) => this.#link.log("News of Codex could not be recorded", { error: String(error) }));
  }
}

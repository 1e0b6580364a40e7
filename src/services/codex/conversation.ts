import { setTimeout as sleep } from "node:timers/promises";
import type { AgentBrief, Parcel } from "../../core/ports/service.ts";
import type { ThreadWatch } from "./thread-watch.ts";
import { developerInstructions, PERMISSIONS } from "./launch.ts";
import { idsOf, promptId } from "./mail.ts";
import { textInput, type Calls, type Thread } from "./protocol.ts";
import { Refused, type Rpc } from "./rpc.ts";

/** Entries of a conversation that are asked for at once. */
const PAGE = 100;
/** Pages of a conversation that are searched, newest first: what is asked for was sent a moment ago. */
const PAGES = 20;
/** A thread can be followed once its first turn is on disk, shortly after that turn began. */
const FOLLOW_TRIES = 60;
const FOLLOW_PAUSE_MS = 50;

/** The thread the agent works in, over whatever connection there is now. */
export class Conversation {
  readonly #agent: AgentBrief;
  readonly #watch: ThreadWatch;
  readonly #adopted: () => Promise<void>;
  #rpc: Rpc | undefined;
  #id = "";
  #followed = false;

  /** `adopted` makes it known that the agent works in another thread now; nothing is sent to that thread before. */
  constructor(agent: AgentBrief, watch: ThreadWatch, adopted: () => Promise<void>) {
    this.#agent = agent;
    this.#watch = watch;
    this.#adopted = adopted;
  }

  /** The thread's id, which is also what `codex resume` takes. */
  get id(): string {
    return this.#id;
  }

  /** Whether turns and questions of the thread are told to us. */
  get followed(): boolean {
    return this.#followed;
  }

  /** The connection. Throws `Refused` while there is none: nothing can have been sent then. */
  get rpc(): Rpc {
    if (this.#rpc) return this.#rpc;
    throw new Refused("its app-server is being connected again");
  }

  /** Goes on over a new connection, on which nothing is followed yet; or waits for one. */
  connect(rpc: Rpc | undefined): void {
    this.#rpc = rpc;
    this.#followed = false;
    this.#watch.forget();
  }

  /** From now on this is the agent's thread. */
  async adopt(id: string): Promise<void> {
    if (id !== this.#id) this.#followed = false;
    this.#id = id;
    this.#watch.follow(id);
    await this.#adopted();
  }

  /** Begins a new thread and adopts it. */
  async begin(): Promise<void> {
    const { cwd, model, autonomy, instructions } = this.#agent;
    const { config } = await this.rpc.call("config/read", { cwd });
    const { thread } = await this.rpc.call("thread/start", {
      cwd,
      ...(model === undefined ? {} : { model }),
      ...PERMISSIONS[autonomy],
      developerInstructions: developerInstructions(config.developer_instructions, instructions),
    });
    await this.adopt(thread.id);
    this.#followed = true; // Who starts a thread follows it.
  }

  /** Goes on with a thread of an earlier run. What it may do unasked is this run's, not what was allowed then. */
  async goOn(id: string): Promise<void> {
    await this.adopt(id);
    await this.rpc.call("thread/resume", {
      threadId: id,
      excludeTurns: true,
      ...PERMISSIONS[this.#agent.autonomy],
    });
    this.#followed = true;
    this.#watch.found(undefined);
  }

  /** Follows the thread and finds out what it is doing. Does nothing when Codex does not have it on disk yet. */
  async follow(): Promise<void> {
    if (this.#followed) return;
    const answer = await this.#resume();
    if (!answer) return;
    this.#followed = true;
    const { status } = answer.thread;
    const asks = status.type === "active" && status.activeFlags.some((flag) => flag.startsWith("waitingOn"));
    this.#watch.found(answer.initialTurnsPage?.data[0], asks);
  }

  /** The same for a thread whose first turn has just begun. */
  async followSoon(signal: AbortSignal): Promise<void> {
    for (let tries = 0; tries < FOLLOW_TRIES; tries++) {
      await this.follow();
      if (this.#followed) return;
      await sleep(FOLLOW_PAUSE_MS, undefined, { signal });
    }
  }

  /** The conversation of this server that was begun or worked in last, if that is another one. */
  async newer(): Promise<Thread | undefined> {
    const { data } = await this.rpc.call("thread/loaded/list", {});
    const found = await Promise.all(data.map((threadId) => orUndefined(this.rpc.call("thread/read", { threadId }))));
    const threads = found.flatMap((one) => (one && isOpen(one.thread) ? [one.thread] : []));
    const latest = Math.max(...threads.map(({ recencyAt }) => recencyAt ?? 0));
    const here = threads.find(({ id }) => id === this.#id);
    if (here === undefined || here.recencyAt === latest) return undefined;
    return threads.find(({ recencyAt }) => recencyAt === latest);
  }

  /** Tells the model our part in a thread that somebody else began. */
  async instruct(): Promise<void> {
    const text = developerInstructions(null, this.#agent.instructions);
    await this.rpc.call("thread/inject_items", {
      threadId: this.#id,
      items: [{ type: "message", role: "developer", content: [{ type: "input_text", text }] }],
    });
  }

  /** Sends one prompt made of these parcels; returns the turn that took it. A thread the server has put away is brought back. */
  async prompt(parcels: Parcel[]): Promise<string> {
    const { rpc } = this;
    const start = async (): Promise<string> => {
      const { turn } = await rpc.call("turn/start", {
        threadId: this.#id,
        clientUserMessageId: promptId(parcels),
        input: parcels.map(({ text }) => textInput(text)),
      });
      this.#watch.took(turn.id);
      return turn.id;
    };
    try {
      return await start();
    } catch (error) {
      if (!(error instanceof Refused) || !error.message.includes("not found")) throw error;
      // Without a turn it was never written down: nothing is lost with it.
      if (!(await this.#resume())) await this.begin();
      return await start();
    }
  }

  /** Asks for the end of a turn; a server that is asked to end waits for its turns. Refused when it does not run (yet). */
  async interrupt(turn: string | undefined): Promise<void> {
    if (turn === undefined) return;
    await orUndefined(this.rpc.call("turn/interrupt", { threadId: this.#id, turnId: turn }));
  }

  /** Which of these ids the conversation holds. A thread without any turn holds none. */
  async holds(wanted: string[]): Promise<string[]> {
    const missing = new Set(wanted);
    if (missing.size > 0)
      for await (const ids of this.#prompts()) {
        for (const id of ids) missing.delete(id);
        if (missing.size === 0) break;
      }
    return wanted.filter((id) => !missing.has(id));
  }

  /**
   * Which of these, in the order they were seen, it was taken back behind: all that came after the last one it still
   * holds. None when that one cannot be found as far back as is looked.
   */
  async lost(seen: string[]): Promise<string[]> {
    const prompts = this.#prompts();
    for (;;) {
      const next = await prompts.next();
      if (next.done) return next.value ? seen : [];
      const last = Math.max(...next.value.map((id) => seen.lastIndexOf(id)));
      if (last >= 0) return seen.slice(last + 1);
    }
  }

  /** Ids of the prompts in it, newest first; returns whether that were all of them. */
  async *#prompts(): AsyncGenerator<string[], boolean> {
    let cursor: string | undefined;
    for (let page = 0; page < PAGES; page++) {
      const answer = await orUndefined(
        this.rpc.call("thread/items/list", {
          threadId: this.#id,
          limit: PAGE,
          sortDirection: "desc",
          ...(cursor === undefined ? {} : { cursor }),
        }),
      );
      for (const { item } of answer?.data ?? []) if (item.type === "userMessage") yield idsOf(item.clientId);
      if (!answer?.nextCursor) return answer !== undefined;
      cursor = answer.nextCursor;
    }
    return false;
  }

  /** Asks to be told what happens in the thread, and for its last turn: only here Codex tells what is under way in it. */
  #resume(): Promise<Calls["thread/resume"]["result"] | undefined> {
    const initialTurnsPage = { limit: 1, sortDirection: "desc", itemsView: "full" } as const;
    return orUndefined(this.rpc.call("thread/resume", { threadId: this.#id, excludeTurns: true, initialTurnsPage }));
  }
}

/** Whether a person can be in it: not one that a sub-agent works in, or that only gives another its title. */
export function isOpen({ ephemeral, parentThreadId, threadSource }: Thread): boolean {
  return !ephemeral && parentThreadId === null && threadSource !== "thread_title";
}

/** What a call answered, or undefined when the server refused it. */
export async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

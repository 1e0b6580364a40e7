import type { Signal } from "../../core/ports/service.ts";
import { activityOf, failureOf, retryOf } from "./activity.ts";
import { idsOf } from "./mail.ts";
import type { Item, Notice, Question, Thread, Turn } from "./protocol.ts";
import type { Questions } from "./questions.ts";
import type { Listener } from "./rpc.ts";
import type { Says } from "./title.ts";

/** Edits whose diff is kept for the question about them that may follow. */
const EDITS = 20;
/** Threads whose status is remembered: a server of one agent sees a handful. */
const THREADS = 50;

/** What is made of the news. */
export interface Heard {
  signal(signal: Signal): void;
  /** Prompts that became part of the conversation: the next model request, sent at once, carries them. */
  shown(ids: string[]): void;
  /** A turn is over. Returns true when another begins at once, so that the agent does not come to rest. */
  ended(turn: string): boolean;
  /** A thread that is not the agent's began: perhaps the person asked for a new conversation. */
  began(thread: Thread): void;
  /** A thread began to work, the followed one or another. */
  active(thread: string): void;
  /** The person went back to an earlier point of the followed thread. */
  reverted(): void;
  /** An item of the followed thread began or ended. */
  item(item: Item, over: boolean): void;
  /** A turn of the followed thread is over, or another thread is followed. */
  turnOver(): void;
  /** What the server says of the thread may have changed. */
  changed(): void;
  /** For the log. */
  trouble(what: string): void;
}

/** Turns what the app-server tells into signals, for the thread that is followed. */
export class ThreadWatch implements Listener {
  /** The running turn of the followed thread. */
  turn: string | undefined;
  readonly #heard: Heard;
  readonly #questions: Questions;
  #thread = "";
  /** The last turn that ended, and whether it failed. */
  #ended: string | undefined;
  #failed = false;
  readonly #edits = new Map<string, Item>();
  readonly #active = new Map<string, boolean>();
  readonly #waiting = new Set<() => void>();

  constructor(heard: Heard, questions: Questions) {
    this.#heard = heard;
    this.#questions = questions;
  }

  /** What the server says of the followed thread. */
  get says(): Says {
    if (this.turn === undefined) return this.#failed ? "failed" : "idle";
    return this.#questions.open ? "waiting" : "working";
  }

  /** Resolves with true once a turn runs no more, with false after `timeoutMs`. */
  over(turn: string, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (over: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(over);
      };
      const look = (): void => void (this.turn !== turn && done(true));
      const timer = setTimeout(() => done(false), timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }

  /** The thread to follow from now on. What was known of another is forgotten. */
  follow(thread: string): void {
    if (thread !== this.#thread) {
      this.#heard.turnOver();
      this.forget();
      this.#failed = false;
    }
    this.#thread = thread;
  }

  /** The connection is new: questions that are still open will be asked again. */
  forget(): void {
    this.turn = undefined;
    this.#questions.forget();
    this.#edits.clear();
  }

  /** What the thread was found doing by somebody who comes in late. `asks`: it waits for the person; what, comes next. */
  found(last: Turn | undefined, asks = false): void {
    this.#heard.changed();
    if (!last) return;
    if (last.status === "inProgress") {
      for (const item of last.items) this.#note(item);
      this.#in(last.id);
      if (!asks) this.#working();
    } else {
      this.#heard.turnOver();
      this.#failed = last.status === "failed";
      this.#ended = last.id;
      this.#in(undefined);
      this.#over(last);
    }
  }

  notice(notice: Notice): void {
    switch (notice.method) {
      case "thread/started":
        if (notice.params.thread.id !== this.#thread) this.#heard.began(notice.params.thread);
        return;
      case "thread/status/changed":
        return this.#status(notice.params.threadId, notice.params.status.type === "active");
      case "item/started":
      case "item/completed":
        if (notice.params.item.type === "userMessage") return this.#heard.shown(idsOf(notice.params.item.clientId));
        if (notice.params.threadId !== this.#thread) return;
        this.#heard.item(notice.params.item, notice.method === "item/completed");
        if (notice.method === "item/started") this.#begun(notice.params.item);
        else this.#questions.ended(notice.params.item);
        return;
      case "turn/started":
        if (notice.params.threadId !== this.#thread) return;
        this.#in(notice.params.turn.id);
        return this.#working();
      case "turn/completed":
        return this.#completed(notice.params.threadId, notice.params.turn);
      case "error":
        if (notice.params.threadId === this.#thread && notice.params.willRetry)
          this.#working(retryOf(notice.params.error));
        return;
      case "serverRequest/resolved":
        this.#questions.resolved(notice.params.requestId);
        return this.#heard.changed();
      case "thread/reverted":
        if (notice.params.threadId === this.#thread) this.#heard.reverted();
        return;
      case "mcpServer/startupStatus/updated":
        if (notice.params.name === "clustr" && notice.params.error !== null)
          this.trouble(`Codex cannot reach Clustr's tools: ${notice.params.error}`);
        return;
      default:
    }
  }

  trouble(what: string): void {
    this.#heard.trouble(what);
  }

  question(question: Question): void {
    if (question.params?.threadId !== this.#thread) return;
    this.#questions.ask(question, "itemId" in question.params ? this.#edits.get(question.params.itemId) : undefined);
    this.#heard.changed();
  }

  /** A prompt was taken into this turn: it runs, though that may not have been announced yet. */
  took(turn: string): void {
    if (this.turn === undefined && turn !== this.#ended) this.#in(turn);
  }

  #in(turn: string | undefined): void {
    this.turn = turn;
    for (const look of this.#waiting) look();
    this.#heard.changed();
  }

  #note(item: Item): void {
    if (item.type !== "fileChange") return;
    this.#edits.set(item.id, item);
    for (const id of this.#edits.keys()) if (this.#edits.size > EDITS) this.#edits.delete(id);
  }

  #begun(item: Item): void {
    this.#questions.began(item);
    this.#note(item);
    const activity = activityOf(item);
    if (activity !== undefined) this.#working(activity);
  }

  /** A sign of work, unless the person is being asked: what goes on beside a question does not answer it. */
  #working(activity?: string): void {
    if (!this.#questions.open) this.#heard.signal({ type: "working", ...(activity === undefined ? {} : { activity }) });
  }

  #completed(thread: string, turn: Turn): void {
    const goesOn = this.#heard.ended(turn.id);
    if (thread !== this.#thread) return;
    this.#heard.turnOver();
    this.#failed = turn.status === "failed";
    this.#ended = turn.id;
    this.#questions.over();
    this.#in(undefined);
    if (!goesOn) this.#over(turn);
  }

  #over(turn: Turn): void {
    this.#heard.signal(
      turn.status === "failed" ? { type: "turn_failed", reason: failureOf(turn.error) } : { type: "idle" },
    );
  }

  #status(thread: string, active: boolean): void {
    const was = this.#active.get(thread) ?? false;
    this.#active.delete(thread);
    this.#active.set(thread, active);
    for (const id of this.#active.keys()) if (this.#active.size > THREADS) this.#active.delete(id);
    if (active && !was) this.#heard.active(thread);
  }
}

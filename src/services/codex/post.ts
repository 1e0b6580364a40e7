import { setTimeout as sleep } from "node:timers/promises";
import type { AgentLink, HandOver, Parcel, Signal } from "../../core/ports/service.ts";
import type { Conversation } from "./conversation.ts";
import type { ThreadWatch } from "./thread-watch.ts";
import { Mail } from "./mail.ts";
import { Refused } from "./rpc.ts";
import { RunFile, type RunRecord } from "./run-file.ts";

const CHANNEL = "turn";
/** Begins the ids of prompts of our own; those of messages never do. */
const NOTE = "note/";
/** What a dying connection carried may still be on its way when the next one asks what arrived. */
const SETTLE_MS = 500;

/** Brings prompts into the conversation: each once, through interrupted turns, broken connections and a server that dies. */
export class Post {
  readonly #link: AgentLink;
  readonly #conversation: Conversation;
  readonly #watch: ThreadWatch;
  readonly #tell: (signal: Signal) => void;
  readonly #signal: AbortSignal;
  readonly #file: RunFile;
  readonly #mail = new Mail();
  /** The first prompt goes the same way as messages, but is none. */
  readonly #task: Parcel;
  /** One thing after the other: a check what has arrived must not meet a prompt that is on its way. */
  #work: Promise<unknown> = Promise.resolve();

  /** `signal` ends the session: what is not settled then is left to the next one. */
  constructor(
    link: AgentLink,
    conversation: Conversation,
    watch: ThreadWatch,
    tell: (signal: Signal) => void,
    signal: AbortSignal,
  ) {
    this.#link = link;
    this.#conversation = conversation;
    this.#watch = watch;
    this.#tell = tell;
    this.#signal = signal;
    this.#file = new RunFile(link, signal);
    this.#task = { id: `${NOTE}task.${link.agent.id}.${link.agent.run}`, text: link.agent.task, fromHuman: true };
  }

  /** What an earlier server left of this run; undefined when its first prompt was never about to be sent. */
  async restore(): Promise<RunRecord | undefined> {
    const record = await this.#file.read();
    if (record) this.#mail.restore(record);
    return record;
  }

  /** Prompts of which no model request has been seen. */
  get waiting(): number {
    return this.#mail.open.length;
  }

  /** Before there is a thread: the task will be on its way into the first one. */
  planTask(): void {
    this.#mail.add([this.#task]);
  }

  sendTask(): Promise<void> {
    return this.#inOrder(() => this.#send([this.#task]));
  }

  deliver(parcels: Parcel[]): Promise<HandOver> {
    return this.#inOrder(async () => {
      const known = parcels.map(({ id }) => id).filter((id) => this.#mail.wasSeen(id));
      if (known.length > 0) this.#tell({ type: "seen", messages: known });
      const fresh = parcels.filter(({ id }) => !this.#mail.has(id));
      try {
        if (fresh.length > 0) await this.#send(fresh);
        return { channel: CHANNEL };
      } catch (error) {
        return { later: `Codex did not take it: ${error instanceof Error ? error.message : String(error)}` };
      }
    });
  }

  /** Tells the model something that is no message, once for each `id`. Rejects when Codex does not take it. */
  note(id: string, text: string): Promise<void> {
    const parcel = { id: `${NOTE}${id}`, text, fromHuman: false };
    return this.#inOrder(async () => {
      if (!this.#mail.has(parcel.id)) await this.#send([parcel]);
    });
  }

  /** Resolves when nothing is being sent. */
  async still(): Promise<void> {
    await this.#work;
  }

  /** The conversation is gone with all that was seen in it and all that was on its way. */
  forget(): void {
    const { handed, seen } = this.#mail.record;
    this.#mail.forget([...handed.map(({ id }) => id), ...seen]);
  }

  /** The conversation may have been taken back to an earlier point. Returns the messages that went with the rest of it. */
  reverted(): Promise<string[]> {
    return this.#inOrder(async () => {
      const { seen } = this.#mail.record;
      const gone = seen.length === 0 ? [] : await this.#conversation.lost(seen);
      if (gone.length > 0) {
        this.#mail.forget(gone);
        await this.save();
      }
      return gone.filter(isMessage);
    });
  }

  /** Decides about prompts nobody knows the fate of: in the conversation, waiting in the running turn, or never arrived. */
  settle(): Promise<void> {
    return this.#inOrder(async () => {
      if (this.waiting === 0) return;
      await sleep(SETTLE_MS, undefined, { signal: this.#signal });
      // A thread that still cannot be followed has no turn, so nothing waits in one.
      await this.#conversation.follow();
      this.shown(await this.#conversation.holds(this.#mail.open.map(({ id }) => id)));
      const { turn } = this.#watch;
      const lost = turn === undefined ? this.#mail.open : this.#mail.taken(this.#mail.open, turn);
      if (lost.length > 0) await this.#send(lost);
    });
  }

  /** These became part of the conversation. */
  shown(ids: string[]): void {
    const prompts = this.#mail.shown(ids);
    if (prompts.length === 0) return;
    const messages = prompts.filter(isMessage);
    if (messages.length > 0) this.#tell({ type: "seen", messages });
    this.save().catch((error: unknown) => {
      if (!this.#signal.aborted)
        this.#link.log("What Codex has seen could not be written down", { error: String(error) });
    });
  }

  /** A turn is over; what it dropped is sent again. Returns whether that begins another turn at once. */
  ended(turn: string): boolean {
    const lost = this.#mail.ended(turn);
    if (lost.length > 0) this.#again(lost);
    return lost.length > 0;
  }

  /** Writes down where the agent works and what is on its way. */
  async save(): Promise<void> {
    await this.#file.write({ thread: this.#conversation.id, ...this.#mail.record });
  }

  /** Rejects with `Refused` when Codex did not take them, and with `unavailable` when nobody knows. */
  async #send(parcels: Parcel[]): Promise<void> {
    const { rpc } = this.#conversation;
    this.#mail.add(parcels);
    try {
      await this.save();
    } catch (error) {
      this.#mail.drop(parcels);
      throw error;
    }
    try {
      const lost = this.#mail.taken(parcels, await this.#conversation.prompt(parcels));
      if (lost.length > 0) this.#again(lost);
    } catch (error) {
      if (error instanceof Refused) {
        this.#mail.drop(parcels);
        await this.save();
      } else rpc.close(); // The next connection settles what became of them.
      throw error;
    }
  }

  #again(lost: Parcel[]): void {
    this.#inOrder(() => this.#send(lost)).catch((error: unknown) => {
      if (this.#signal.aborted) return;
      this.#link.log("Codex dropped prompts with their turn and did not take them again", {
        ids: lost.map(({ id }) => id),
        error: String(error),
      });
      this.#tell({ type: "idle" });
    });
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#work.then(work);
    this.#work = next.catch(() => undefined);
    return next;
  }
}

function isMessage(id: string): boolean {
  return !id.startsWith(NOTE);
}

import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ClustrError, fromFailure } from "../../contract/error.ts";
import { closedLedger } from "../record.ts";
import type { Answer, Calls, Question, WorkerTask } from "./protocol.ts";

/** Milliseconds for checking and opening the file: a big ledger on a slow disk takes a while. */
const OPEN_LIMIT = 120_000;
/** Milliseconds for an answer. A disk that takes longer is as good as gone. */
const ANSWER_LIMIT = 30_000;
/** Milliseconds for the last writes at closing. */
const CLOSE_LIMIT = 10_000;

/** Runs from source (.ts) as well as built (.js). */
export const WORKER = new URL(`./worker${extname(fileURLToPath(import.meta.url))}`, import.meta.url);

/** The call was made, but nobody knows whether it was carried out. */
export class Unanswered extends ClustrError {}

/** A call waiting for its answer. */
interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/**
 * The line to the thread that holds the file. A thread that died (out of memory, a bug) is started anew by the next call,
 * which checks the file again; what was under way then ends `Unanswered`.
 */
export class Link {
  readonly #file: string;
  readonly #onOpen: (last: number) => void;
  readonly #waiting = new Map<number, Waiting>();
  /** Questions of this turn. */
  readonly #unsaid = new Map<Worker, Question[]>();
  #thread: Promise<Worker> | undefined;
  #closed = false;
  #n = 0;

  /** `onOpen` hears the last position each time the file was opened. */
  constructor(file: string, onOpen: (last: number) => void) {
    this.#file = file;
    this.#onOpen = onOpen;
  }

  /** Opens the file if it is not open. Rejects with `unavailable`; the file is then let go of. */
  async open(signal?: AbortSignal): Promise<void> {
    await this.#connect(signal);
  }

  /** Rejects with `Unanswered`, or with what the thread says; then it was certainly not carried out. */
  async call<Name extends keyof Calls>(call: Name, ...args: Parameters<Calls[Name]>): Promise<ReturnType<Calls[Name]>> {
    if (this.#closed) throw closedLedger();
    return this.#ask(await this.#connect(), call, args, ANSWER_LIMIT);
  }

  /** Lets go of the file; calls under way are answered first. The thread is gone when this resolves. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const thread = await this.#thread?.catch(() => undefined);
    if (!thread) return;
    const gone = exitOf(thread);
    await this.#ask(thread, "close", [], CLOSE_LIMIT).catch(() => thread.terminate());
    await gone;
  }

  #ask<Name extends keyof Calls>(
    thread: Worker,
    call: Name,
    args: Parameters<Calls[Name]>,
    limit: number,
  ): Promise<ReturnType<Calls[Name]>> {
    const n = ++this.#n;
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiting.delete(n);
      };
      const waiting: Waiting = {
        resolve: (value) => (settle(), resolve(value as ReturnType<Calls[Name]>)),
        reject: (error) => (settle(), reject(error)),
      };
      const timer = setTimeout(() => waiting.reject(this.#unanswered(`gave no answer for ${limit / 1000} s`)), limit);
      this.#waiting.set(n, waiting);
      this.#say(thread, { n, call, args } as Question);
    });
  }

  /** What is asked in one turn of the event loop goes along: waking the thread costs more than most of its answers. */
  #say(thread: Worker, question: Question): void {
    const under = this.#unsaid.get(thread);
    if (under) return void under.push(question);
    const questions = [question];
    this.#unsaid.set(thread, questions);
    setImmediate(() => {
      this.#unsaid.delete(thread);
      thread.postMessage(questions);
    });
  }

  #connect(signal?: AbortSignal): Promise<Worker> {
    return (this.#thread ??= this.#start(signal).catch((error: unknown) => {
      this.#thread = undefined;
      throw error;
    }));
  }

  async #start(signal?: AbortSignal): Promise<Worker> {
    signal?.throwIfAborted();
    const thread = new Worker(WORKER, {
      workerData: { file: this.#file } satisfies WorkerTask,
      execArgv: [],
      name: "ledger",
    });
    const gone = exitOf(thread);
    let cause: unknown;
    thread.on("error", (error) => (cause = error));
    const stop = () => void thread.terminate();
    signal?.addEventListener("abort", stop);
    const timer = setTimeout(stop, OPEN_LIMIT);
    const first = await Promise.race([new Promise<Answer>((resolve) => thread.once("message", resolve)), gone]);
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
    if (!first || !("ready" in first)) {
      await gone;
      signal?.throwIfAborted();
      if (first && "refused" in first) throw fromFailure(first.refused);
      throw new ClustrError(
        "unavailable",
        `The thread for the ledger ${this.#file} ended while opening it. Nothing acknowledged was lost. Try again.`,
        { cause },
      );
    }
    this.#onOpen(first.ready.last);
    thread.on("message", (answers: Answer[]) => answers.forEach((answer) => this.#hear(answer)));
    void gone.then(() => {
      this.#thread = undefined;
      for (const waiting of this.#waiting.values())
        waiting.reject(this.#unanswered("lost the thread that writes it", cause));
    });
    return thread;
  }

  #hear(answer: Answer): void {
    if (!("n" in answer)) return;
    const waiting = this.#waiting.get(answer.n); // Absent when it took too long.
    if ("failure" in answer) waiting?.reject(fromFailure(answer.failure));
    else waiting?.resolve(answer.value);
  }

  #unanswered(what: string, cause?: unknown): Unanswered {
    return new Unanswered(
      "unavailable",
      `The ledger ${this.#file} ${what}. What was acknowledged is kept; the rest may or may not be written. Try again: a repeat is never written twice.`,
      { cause },
    );
  }
}

function exitOf(thread: Worker): Promise<undefined> {
  return new Promise((resolve) => thread.once("exit", () => resolve(undefined)));
}

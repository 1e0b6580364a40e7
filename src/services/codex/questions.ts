import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";
import type { AgentLink, Asked, Signal } from "../../core/ports/service.ts";
import { until } from "../until.ts";
import { attentionOf, keyOf } from "./attention.ts";
import { decisionOn } from "./policies.ts";
import { Outcomes } from "./outcomes.ts";
import type { Item, Question, RequestId } from "./protocol.ts";
import { replyTo } from "./reply.ts";
import { Theirs } from "./theirs.ts";

/** How long Codex may take to confirm an answer. It takes milliseconds. */
const EFFECT_MS = 10_000;
/** On a new connection Codex asks again what is still open; this is how long that may take. */
const ANEW_MS = 3_000;
/** Between looks for it. */
const LOOK_MS = 20;

/** What questions need of the session. */
export interface Asking {
  signal(signal: Signal): void;
  /** Sends the answer to a question. Throws when there is no connection. */
  reply(id: RequestId, result: unknown): void;
  /** Tells the model why it was refused: Codex's own answers have no room for it. At most once for each key. */
  explain(key: string, text: string): Promise<void>;
  /** The person is asked about an item of the thread, if the question names one. */
  held(item: string | undefined): void;
  /** The person's answer is about to let it go on. */
  letGoOn(item: string | undefined): Promise<void>;
}

interface Open {
  question: Question;
  item: Asked;
  /** Resolves when it is answered, by whomever; rejects when it vanishes unanswered. */
  settled: PromiseWithResolvers<void>;
}

/** What Codex asks the person now. Policies settle some of it; of the rest the oldest is shown. */
export class Questions {
  readonly #asking: Asking;
  readonly #link: Pick<AgentLink, "policy" | "log" | "file" | "runDir">;
  readonly #theirs: Theirs;
  /** In the order they were asked, by the server's id. */
  readonly #open = new Map<RequestId, Open>();
  readonly #outcomes = new Outcomes();
  #shown: RequestId | undefined;
  /** When the connection was made, by the monotonic clock. */
  #connected = performance.now();

  constructor(asking: Asking, link: Pick<AgentLink, "policy" | "log" | "file" | "runDir">) {
    this.#asking = asking;
    this.#link = link;
    this.#theirs = new Theirs(link);
  }

  /** What an earlier server of this run showed the person. Call before the first question can come. */
  restore(): Promise<void> {
    return this.#theirs.restore();
  }

  /** Whether the person is being asked something. */
  get open(): boolean {
    return this.#open.size > 0;
  }

  /** A question, or one that is asked again after a reconnect or with more known about it. */
  ask(question: Question, about: Item | undefined): void {
    const item = attentionOf(question, about);
    if (!item) return;
    const key = keyOf(question);
    const decision = this.#theirs.has(key)
      ? undefined
      : decisionOn(question, about, (tool, subject) => this.#link.policy(tool, subject));
    if (decision === "allow" || decision === "deny") return this.#decide(question, item, decision);
    this.#theirs.add(key);
    const settled = this.#open.get(question.id)?.settled ?? Promise.withResolvers<void>();
    settled.promise.catch(() => undefined);
    this.#open.set(question.id, { question, item, settled });
    this.#asking.held(itemOf(question));
    this.#show(this.#shown === question.id);
  }

  /** Answered, here or in the TUI. */
  resolved(id: RequestId): void {
    const open = this.#open.get(id);
    if (!open) return;
    this.#open.delete(id);
    open.settled.resolve();
    if (this.#open.size > 0) return this.#show();
    this.#shown = undefined;
    this.#asking.signal({ type: "resolved" });
  }

  /** An entry of the thread has begun: perhaps one that will be asked about. */
  began(item: Item): void {
    this.#outcomes.began(item);
  }

  /** An entry of the thread is complete: perhaps one that was asked about. */
  ended(item: Item): void {
    this.#outcomes.ended(item);
  }

  /** The turn has ended and its questions with it. */
  over(): void {
    this.#drop(new ClustrError("conflict", "The turn ended before the answer arrived; nothing was decided."));
  }

  /** The connection is gone: what is still open will be asked again. */
  forget(): void {
    this.#connected = performance.now();
    this.#outcomes.forget();
    this.#drop(
      new ClustrError("unavailable", "The connection to Codex broke; the question is asked again if it is open."),
    );
  }

  /** Carries out a person's answer; see `AgentSession.answer`. */
  async answer(key: string, answer: Answer): Promise<void> {
    const open = await this.#found(key);
    const reply = replyTo(open.question, answer);
    // First, so that it is in the very next request to the model, beside the refusal.
    if (answer.kind === "deny" && answer.reason)
      await this.#asking.explain(key, `The person said no to "${open.item.title}", for this reason: ${answer.reason}`);
    if (answer.kind !== "deny") await this.#asking.letGoOn(itemOf(open.question));
    const refuse = answer.kind === "deny";
    const refused = this.#outcomes.watch(open.question, refuse);
    this.#asking.reply(this.#find(key).question.id, reply);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new ClustrError("unavailable", "Codex did not confirm the answer; look at its terminal.")),
      EFFECT_MS,
    );
    await Promise.race([open.settled.promise, late.promise]).finally(() => clearTimeout(timer));
    const other = await refused();
    if (other !== undefined && other !== refuse)
      throw new ClustrError(
        "conflict",
        `It was ${other ? "refused" : "allowed"} in the agent's terminal in the same instant; your answer came second and did not count.`,
      );
  }

  /** The question of a key, which may be about to be asked again. */
  async #found(key: string): Promise<Open> {
    const asked = (): boolean => [...this.#open.values()].some(({ item }) => item.key === key);
    await until(asked, { withinMs: this.#connected + ANEW_MS - performance.now(), everyMs: LOOK_MS });
    return this.#find(key);
  }

  #find(key: string): Open {
    for (const open of this.#open.values()) if (open.item.key === key) return open;
    throw new ClustrError("conflict", "This question is not open any more: it was answered, or its turn has ended.");
  }

  #decide(question: Question, { key = "", title }: Asked, decision: "allow" | "deny"): void {
    const reply = (): void => this.#asking.reply(question.id, replyTo(question, { kind: decision }));
    const failed = (error: unknown): void =>
      this.#link.log("A policy could not be applied; it is when Codex asks again", { title, error: String(error) });
    const explained =
      decision === "allow"
        ? Promise.resolve()
        : this.#asking
            .explain(key, `Refused by a workspace policy: "${title}". Do not try to reach the same in another way.`)
            .catch(failed);
    explained.then(reply).catch(failed);
  }

  /** Tells which question stands first, if that changed or `anew` is wanted. */
  #show(anew = false): void {
    const [first] = this.#open;
    if (!first || (first[0] === this.#shown && !anew)) return;
    this.#shown = first[0];
    this.#asking.signal({ type: "attention", item: first[1].item });
  }

  #drop(why: ClustrError): void {
    for (const { settled } of this.#open.values()) settled.reject(why);
    this.#open.clear();
    this.#shown = undefined;
  }
}

function itemOf({ params }: Question): string | undefined {
  return "itemId" in params ? params.itemId : undefined;
}

import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";
import type {
  AgentLink,
  AgentSession,
  AgentTerminal,
  Evidence,
  HandOver,
  HookCall,
  Parcel,
} from "../../core/ports/service.ts";
import { objectOf, stringsOf } from "../json.ts";
import { callOf, editsOf, idOf } from "./edits.ts";
import { Line } from "./line.ts";
import { Orders } from "./orders.ts";
import { evidenceOf, signalOf } from "./signal.ts";

/** For how long the program may take to confirm what it was given. */
const CONFIRM_MS = 3_000;

/**
 * Drives one script agent. Messages travel over the line the program holds open; a message counts as handed over when
 * the program's next request confirms it, and as seen in the same moment: there is no model behind.
 */
export class ScriptSession implements AgentSession {
  readonly #link: AgentLink;
  readonly #terminal: AgentTerminal;
  readonly #line = new Line<Parcel>();
  readonly #closed = new AbortController();
  readonly #orders = new Orders(this.#closed.signal);
  /** What the program said it has received, and who waits to hear it. */
  #got = new Set<string>();
  #heard = Promise.withResolvers<void>();
  /** What it last said of itself. */
  #told: Evidence | undefined;

  constructor(link: AgentLink, terminal: AgentTerminal) {
    this.#link = link;
    this.#terminal = terminal;
  }

  async hook(call: HookCall): Promise<unknown> {
    const body = objectOf(call.body);
    switch (call.name) {
      case "signal": {
        const signal = signalOf(body);
        this.#told = evidenceOf(signal, Date.now()) ?? this.#told;
        await this.#link.report(signal);
        return {};
      }
      case "next-message":
        return { parcels: await this.#nextParcels(call) };
      case "next-order":
        return { orders: await this.#orders.next(call) };
      case "open-call":
        return { objection: await this.#link.openCall(callOf(body, this.#link.agent.cwd)) };
      case "go-on-call":
        await this.#link.goOnCall(idOf(body.id));
        return {};
      case "close-call":
        await this.#link.closeCall(idOf(body.id), editsOf(body, this.#link.agent.cwd));
        return {};
      case "policy":
        return { decision: this.#link.policy(String(body.tool), String(body.subject)) };
      default:
        throw new ClustrError("not_found", `A script agent has no hook "${call.name}".`);
    }
  }

  async #nextParcels(call: HookCall): Promise<Parcel[]> {
    const got = stringsOf(objectOf(call.body).got);
    const news = got.filter((id) => !this.#got.has(id));
    this.#got = new Set(got);
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
    if (news.length > 0) await this.#link.report({ type: "seen", messages: news });
    // While it works only what is urgent enough comes; once it has ended its steps, all that may begin new ones at once.
    const moment = this.#told?.says === "idle" || this.#told?.says === "failed" ? "turn-end" : "tool-boundary";
    const waiting = await this.#link.takeParcels(call.requestId, "poll", moment);
    return waiting.length > 0 ? waiting : this.#line.hold(call.signal, this.#closed.signal);
  }

  async deliver(parcels: Parcel[]): Promise<HandOver> {
    if (!this.#line.give(parcels)) return { later: "its script is about to ask for messages" };
    const until = performance.now() + CONFIRM_MS;
    while (!parcels.every(({ id }) => this.#got.has(id))) {
      const left = until - performance.now();
      if (left <= 0 || this.#closed.signal.aborted) return { later: "its script has not confirmed it yet" };
      await Promise.race([this.#heard.promise, pause(left)]);
    }
    return { channel: "poll" };
  }

  /** Every request of the program lists what it has; after a restart of ours the door repeats the one that was open. */
  async knows(messages: string[]): Promise<string[]> {
    if (this.#got.size === 0) await Promise.race([this.#heard.promise, pause(CONFIRM_MS)]);
    return messages.filter((id) => this.#got.has(id));
  }

  async answer(key: string, answer: Answer): Promise<void> {
    await this.#orders.carryOut({ order: "answer", key, answer });
  }

  /** The step that runs is stopped, those after it are skipped. */
  async interrupt(): Promise<void> {
    await this.#orders.carryOut({ order: "interrupt" });
  }

  evidence(): Evidence[] {
    const line = { source: "line", says: this.#line.open ? "open for messages" : "closed" };
    return this.#told ? [this.#told, line] : [line];
  }

  /** Ctrl-C, as a person would. */
  async leave(): Promise<void> {
    await this.#terminal.write("\u0003");
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }
}

/** Resolves after some time without keeping the process alive for it. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

import { ClustrError } from "../../contract/error.ts";
import type {
  AgentLink,
  AgentSession,
  AgentTerminal,
  HandOver,
  HookCall,
  Parcel,
  Signal,
} from "../../core/ports/service.ts";

/** For how long a request for messages is held open when there are none. */
const LINE_MS = 20_000;
/** For how long the program may take to confirm what it was given. */
const CONFIRM_MS = 3_000;

/** A request for messages that waits for some. */
interface Line {
  give(parcels: Parcel[]): void;
}

/**
 * Drives one script agent. Messages travel over the line the program holds open; a message counts as handed over when
 * the program's next request confirms it, and as seen in the same moment: there is no model behind.
 */
export class ScriptSession implements AgentSession {
  readonly #link: AgentLink;
  readonly #terminal: AgentTerminal;
  #line: Line | undefined;
  /** What the program said it has received, and who waits to hear it. */
  #got = new Set<string>();
  #heard = Promise.withResolvers<void>();
  readonly #closed = new AbortController();

  constructor(link: AgentLink, terminal: AgentTerminal) {
    this.#link = link;
    this.#terminal = terminal;
  }

  async hook(call: HookCall): Promise<unknown> {
    if (call.name === "signal") {
      await this.#link.report(signalOf(call.body));
      return {};
    }
    if (call.name === "next-message") return { parcels: await this.#nextParcels(call) };
    throw new ClustrError("not_found", `A script agent has no hook "${call.name}".`);
  }

  async #nextParcels(call: HookCall): Promise<Parcel[]> {
    const body = call.body as { got?: unknown } | null;
    const got = (Array.isArray(body?.got) ? body.got : []).filter((id) => typeof id === "string");
    const news = got.filter((id) => !this.#got.has(id));
    this.#got = new Set(got);
    this.#heard.resolve();
    this.#heard = Promise.withResolvers();
    if (news.length > 0) await this.#link.report({ type: "seen", messages: news });
    const waiting = await this.#link.takeParcels(call.requestId, "poll");
    return waiting.length > 0 ? waiting : this.#hold(call.signal);
  }

  /** Keeps a request open until there is something to give, its time is up, or one side goes. */
  #hold(gone: AbortSignal): Promise<Parcel[]> {
    return new Promise((resolve) => {
      const end = (parcels: Parcel[]): void => {
        clearTimeout(timer);
        for (const signal of [gone, this.#closed.signal]) signal.removeEventListener("abort", empty);
        if (this.#line === line) this.#line = undefined;
        resolve(parcels);
      };
      const empty = (): void => end([]);
      const line: Line = { give: end };
      const timer = setTimeout(empty, LINE_MS);
      for (const signal of [gone, this.#closed.signal]) signal.addEventListener("abort", empty);
      if (gone.aborted || this.#closed.signal.aborted) return empty();
      this.#line = line;
    });
  }

  async deliver(parcels: Parcel[]): Promise<HandOver> {
    if (!this.#line) return { later: "its script is about to ask for messages" };
    this.#line.give(parcels);
    const until = Date.now() + CONFIRM_MS;
    while (!parcels.every(({ id }) => this.#got.has(id))) {
      const left = until - Date.now();
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

  /** Ctrl-C, as a person would. */
  async leave(): Promise<void> {
    await this.#terminal.write("\u0003");
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }
}

/** The program's own word about itself, checked: it runs with the agent's token, like anything the agent starts. */
function signalOf(body: unknown): Signal {
  const { type, activity, reason, session, item } = body as Record<string, unknown>;
  switch (type) {
    case "idle":
    case "resolved":
      return { type };
    case "working":
      return typeof activity === "string" ? { type, activity: activity.slice(0, 200) } : { type };
    case "turn_failed":
    case "failed":
      return { type, reason: String(reason).slice(0, 2_000) };
    case "session":
      return { type, session: String(session).slice(0, 200) };
    case "attention": {
      const { kind, title } = item as Record<string, unknown>;
      return {
        type,
        item: { kind: kind === "permission" ? "permission" : "question", title: String(title).slice(0, 500) },
      };
    }
    default:
      throw new ClustrError("invalid", `A script agent has no signal "${String(type)}".`);
  }
}

/** Resolves after some time without keeping the process alive for it. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

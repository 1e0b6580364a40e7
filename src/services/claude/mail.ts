import type { AgentLink, AgentTerminal, HandOver, HookCall, Parcel } from "../../core/ports/service.ts";
import type { Hook } from "./hooks.ts";
import { text } from "./hooks.ts";
import { Pace } from "./pace.ts";
import type { InFlight, RunRecord } from "./record.ts";
import { sendToSocket } from "./socket.ts";
import { recorded } from "./transcript.ts";
import { submitLeft, typeIn } from "./typing.ts";

/**
 * Milliseconds for which a message must be seen missing from the conversation of an idle agent before it counts as lost.
 * A context of a hook is there at once or never; what was written to the socket or terminal may wait there while the
 * machine is slow; what the tool has queued it may yet give to the model.
 */
const PATIENCE = { context: 1_500, written: 8_000, taken: 12_000 };
/** Milliseconds after a hand-over before the transcript is looked at: the proof by hook mostly comes within 300. */
const FIRST_LOOK = 1_000;
/** Milliseconds after a prompt until the transcript surely holds it. */
const WRITTEN_DOWN = 1_500;
/** Times a dropped message is handed over again before it is left to the person's eye. */
const AGAIN = 3;
/** Turns in a row that waiting mail may prolong: the tool stops listening after eight. */
const PROLONGED = 5;
/** Hooks that prove that a model request was started after an earlier hook's answer. */
const PROOF = new Set(["PreToolUse", "Stop", "StopFailure"]);
/** Hooks whose answer can carry messages, and the channel's name. */
const CHANNELS: Record<string, "tool-boundary" | "turn-end"> = { PostToolBatch: "tool-boundary", Stop: "turn-end" };

/** What mail must know of its agent. */
export interface MailSituation {
  phase: "starting" | "working" | "idle";
  dialog: boolean;
  socket: string;
  transcript: () => Promise<string | undefined>;
}

/**
 * Hands messages to one Claude Code and finds out what became of them.
 *
 * Never lost, never doubled: a parcel is written to the run's record before it is handed over, and leaves it only by
 * evidence that a model request carries it. The races:
 * - *Idle, but a turn begins while we write to the socket*: the tool queues what comes through it in any state.
 * - *A hook takes parcels while `deliver` hands the same over*: claiming is synchronous; whoever comes second has nothing.
 * - *The turn ends (Esc) after a hook's answer carried parcels, or while it is on its way*: no further hook of the turn
 *   proves them, and those of the next turn are no proof; once idle, the transcript says whether they are part of the
 *   conversation. If not, they go again.
 * - *The server dies between writing down and handing over, or before it hears the proof*: the next server finds them in
 *   the record and asks the transcript. The same parcel offered again by the core is recognised and not handed twice.
 * - *A hook call is replayed after the server died answering it*: same request id, so its answer carries the same parcels.
 */
export class Mail {
  readonly #link: AgentLink;
  readonly #record: RunRecord;
  readonly #terminal: AgentTerminal;
  readonly #situation: () => MailSituation;
  readonly #signal: AbortSignal;
  readonly #tries = new Map<string, number>();
  /** Since when messages are seen missing, by the monotonic clock: sleep of the machine must not count. */
  readonly #missing = new Map<string, number>();
  readonly #ticks: () => number;
  readonly #pace: Pace;
  #prolonged = 0;
  #checking = false;
  #typing = false;
  /** A menu was open at rest, in which the person may have gone back in the conversation. */
  #menu: boolean;
  /** When the first prompt after that came, by the monotonic clock: the transcript is to be looked at for a rewind. */
  #prompted: number | undefined;

  constructor(
    link: AgentLink,
    record: RunRecord,
    terminal: AgentTerminal,
    situation: () => MailSituation,
    signal: AbortSignal,
    ticks = (): number => performance.now(),
  ) {
    this.#link = link;
    this.#record = record;
    this.#terminal = terminal;
    this.#situation = situation;
    this.#signal = signal;
    this.#ticks = ticks;
    this.#pace = new Pace(ticks);
    // What was open while no server looked is not known.
    this.#menu = record.begun;
  }

  /** As `AgentSession.deliver`. */
  async deliver(parcels: Parcel[]): Promise<HandOver> {
    const { phase } = this.#situation();
    if (parcels.every((parcel) => this.#record.knows(parcel.id)))
      return this.#again(parcels.map((parcel) => parcel.id));
    if (phase === "starting") return { later: "it is starting" };
    // While it works, hooks carry messages at the very next boundary; without hooks the socket is what there is.
    if (phase === "working" && this.#record.hooks)
      return { later: "it is working: handed over at its next tool call or at the end of its turn" };
    const fresh = this.#record.claim(parcels, "socket");
    await this.#again(parcels.map((parcel) => parcel.id));
    try {
      await this.#record.save();
    } catch (error) {
      this.#record.release(fresh);
      throw error;
    }
    const handed = await this.#hand(fresh);
    if ("channel" in handed) return handed;
    this.#record.release(fresh);
    await this.#record.save();
    return handed;
  }

  /** As `AgentSession.knows`: what was proven to us, or is in the transcript. */
  async knows(ids: string[]): Promise<string[]> {
    const proven = this.#record.seen(ids);
    const unsure = ids.filter((id) => !proven.includes(id));
    const path = unsure.length > 0 ? await this.#situation().transcript() : undefined;
    const known = path === undefined ? undefined : (await recorded(path, unsure)).known;
    return [...proven, ...unsure.filter((id) => known?.get(id) === "said")];
  }

  /** The context a hook's answer is to carry, if messages wait. Call before the hook moves the belief. */
  async forHook(hook: Hook, call: HookCall): Promise<string | undefined> {
    if (hook.subagent !== undefined) return undefined;
    if (hook.name === "UserPromptSubmit") {
      this.#prolonged = 0;
      if (this.#menu) this.#prompted ??= this.#ticks();
      this.#menu = false;
    }
    const channel = CHANNELS[hook.name];
    if (channel === undefined || call.signal.aborted || (hook.name === "Stop" && this.#prolonged >= PROLONGED))
      return undefined;
    const taken = await this.#link.takeParcels(call.requestId, channel, channel);
    this.#record.claim(taken, channel, call.requestId);
    const carried = [...this.#record.inFlight.values()].filter((parcel) => parcel.request === call.requestId);
    if (carried.length === 0) return undefined;
    if (hook.name === "Stop") this.#prolonged += 1;
    await this.#record.save();
    return carried.map((parcel) => parcel.text).join("\n\n");
  }

  /** Draws from a hook which messages the model has seen. */
  async prove(hook: Hook, call: HookCall): Promise<void> {
    if (hook.subagent !== undefined || this.#record.inFlight.size === 0) return;
    // The turn is over in which a hook's answer carried them.
    if (hook.name === "UserPromptSubmit" || this.#situation().phase === "idle")
      for (const parcel of this.#record.inFlight.values()) parcel.request = undefined;
    const prompt = hook.name === "UserPromptSubmit" ? (text(hook.body.prompt) ?? "") : "";
    const proven = (parcel: InFlight): boolean =>
      parcel.request === undefined
        ? prompt.includes(parcel.id)
        : PROOF.has(hook.name) && parcel.request !== call.requestId;
    await this.#settle([...this.#record.inFlight.values()].filter(proven).map((parcel) => parcel.id));
  }

  /** Finds out from the transcript what hooks did not tell; hands over again what certainly did not arrive. */
  async reconcile(): Promise<void> {
    const old = [...this.#record.inFlight.values()].filter((parcel) => Math.abs(Date.now() - parcel.at) >= FIRST_LOOK);
    if (this.#checking || old.length === 0) return;
    this.#checking = true;
    try {
      const path = await this.#situation().transcript();
      const known =
        path === undefined
          ? new Map<string, "taken" | "said">()
          : (
              await recorded(
                path,
                old.map((parcel) => parcel.id),
              )
            ).known;
      await this.#settle(old.map((parcel) => parcel.id).filter((id) => known.get(id) === "said"));
      await this.#finishTyping(old.filter(({ id }) => this.#record.inFlight.has(id) && !known.has(id)));
      const lost = old.filter(
        (parcel) => this.#record.inFlight.has(parcel.id) && this.#isLost(parcel, known.has(parcel.id)),
      );
      if (lost.length > 0 && !this.#signal.aborted) await this.#handAgain(lost);
    } finally {
      this.#checking = false;
    }
  }

  /** A menu is open while the agent rests: only the person opens one there. */
  menuOpened(): void {
    this.#menu = true;
  }

  /** Finds out, after the first prompt that followed a menu, whether the person had gone back to an earlier point, and tells what is gone. */
  async lookBack(): Promise<void> {
    if (this.#prompted === undefined || this.#ticks() - this.#prompted < WRITTEN_DOWN) return;
    this.#prompted = undefined;
    const path = await this.#situation().transcript();
    const { gone } = path === undefined ? { gone: [] } : await recorded(path, this.#record.settled);
    if (gone.length === 0) return;
    this.#record.forget(gone);
    const why = "the person went back to an earlier point of the conversation";
    await this.#link.report({ type: "forgot", why, messages: gone });
    await this.#record.save();
  }

  /** A server that died between typing and Enter has left its text in the composer. */
  async #finishTyping(missing: InFlight[]): Promise<void> {
    const { phase, dialog } = this.#situation();
    const typed = missing.filter(({ channel }) => channel === "typed");
    if (typed.length === 0 || phase !== "idle" || dialog || this.#typing) return;
    const content = typed.map((parcel) => parcel.text).join("\n\n");
    if (await submitLeft(this.#terminal, content, this.#signal))
      this.#link.log("submitted what an earlier server had typed", { ids: typed.map(({ id }) => id) });
  }

  /** Whether a parcel was missing for long enough. Only an idle agent can miss one: a working one has its queue before it. */
  #isLost(parcel: InFlight, taken: boolean): boolean {
    const { phase, dialog } = this.#situation();
    if (phase !== "idle" || dialog) {
      this.#missing.delete(parcel.id);
      return false;
    }
    const since = this.#missing.get(parcel.id) ?? this.#ticks();
    this.#missing.set(parcel.id, since);
    const written = parcel.channel === "socket" || parcel.channel === "typed";
    const patience = taken ? PATIENCE.taken : written ? PATIENCE.written : PATIENCE.context;
    return this.#ticks() - since >= patience && (this.#tries.get(parcel.id) ?? 0) < AGAIN;
  }

  async #handAgain(lost: InFlight[]): Promise<void> {
    for (const parcel of lost) {
      this.#missing.delete(parcel.id);
      parcel.at = Date.now();
      parcel.request = undefined;
    }
    await this.#record.save();
    const ids = lost.map((parcel) => parcel.id);
    const handed = await this.#hand(lost, true);
    if ("channel" in handed) for (const id of ids) this.#tries.set(id, (this.#tries.get(id) ?? 0) + 1);
    this.#link.log("messages did not reach the model; handing them over again", { ids, ...handed });
  }

  /** Whether anything is still to be found out. */
  get open(): boolean {
    if (this.#prompted !== undefined) return true;
    return [...this.#record.inFlight.keys()].some((id) => (this.#tries.get(id) ?? 0) < AGAIN);
  }

  /**
   * Parcels offered a second time: a server died before it heard of the first, or the core misses a sign that they were
   * seen. What is known of them is said again; what certainly did not arrive goes again.
   */
  async #again(ids: string[]): Promise<HandOver> {
    const seen = this.#record.seen(ids);
    if (seen.length > 0) await this.#link.report({ type: "seen", messages: seen });
    for (const id of ids) this.#tries.delete(id);
    await this.reconcile();
    return { channel: this.#record.inFlight.get(ids[0] ?? "")?.channel ?? "socket" };
  }

  /** Hands parcels over by the channel that takes them. `again`: they may have been handed over before. */
  async #hand(parcels: InFlight[], again = false): Promise<HandOver> {
    const content = parcels.map((parcel) => parcel.text).join("\n\n");
    const typed = async (): Promise<boolean> => {
      for (const parcel of parcels) parcel.channel = "typed";
      // What became of them shows in the record only once they are known to be typed.
      await this.#record.save();
      this.#typing = true;
      const typed = typeIn(this.#terminal, content, this.#signal).finally(() => (this.#typing = false));
      return (await typed) === "typed";
    };
    // Typed, the tool's model takes it for the person's own words; what comes through the socket, for a colleague's.
    if (parcels.every((parcel) => parcel.fromHuman) && (await typed())) return { channel: "typed" };
    if (!this.#pace.take())
      return { later: "mail comes too fast for its tool: what waits goes together in two seconds" };
    for (const parcel of parcels) parcel.channel = "socket";
    // The tool drops a text that repeats the last one.
    const time = new Date().toISOString().slice(11, 19);
    const note = again ? `\n(Handed over again at ${time} UTC: you may have it already.)` : "";
    if (await sendToSocket(this.#situation().socket, content + note)) return { channel: "socket" };
    if (await typed()) return { channel: "typed" };
    return { later: "its terminal is in use: something is open or being written there" };
  }

  async #settle(ids: string[]): Promise<void> {
    const news = this.#record.settle(ids);
    for (const id of news) {
      this.#missing.delete(id);
      this.#tries.delete(id);
    }
    if (news.length === 0) return;
    await this.#link.report({ type: "seen", messages: news });
    await this.#record.save();
  }
}

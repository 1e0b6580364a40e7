import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../../contract/attention.ts";
import type {
  AgentLink,
  AgentSession,
  AgentTerminal,
  Evidence,
  HandOver,
  HookCall,
  Parcel,
  Signal,
} from "../../core/ports/service.ts";
import { adopted } from "./adoption.ts";
import { answerDialog } from "./answering.ts";
import { newBelief, titleWorks, type Belief } from "./belief.ts";
import { Calls } from "./calls.ts";
import { decisionOf } from "./decisions.ts";
import { Held } from "./held.ts";
import { readHook, type Hook } from "./hooks.ts";
import { interruptTurn } from "./interrupting.ts";
import { leaveTool } from "./leaving.ts";
import { Mail } from "./mail.ts";
import { Outcomes } from "./outcomes.ts";
import { policyFor, ruling } from "./policy.ts";
import type { RunRecord } from "./record.ts";
import { followSessionFile, readSessionStatus, type SessionMark } from "./session-file.ts";
import { configFolder } from "./settings.ts";
import { heard, type Step } from "./signals.ts";
import { tail, watchStart } from "./start.ts";
import { findTranscript } from "./transcript.ts";
import { Weighing } from "./weighing.ts";

/** Milliseconds a start waits for the tools; without them the first request would not have them. */
const TOOLS_WAIT = 10_000;
/** Milliseconds the tool needs to take the listed tools in. */
const TOOLS_SETTLE = 250;

/** A running Claude Code: hears its hooks, watches its session file and title, and hands it mail. */
export class ClaudeSession implements AgentSession {
  readonly #link: AgentLink;
  readonly #record: RunRecord;
  readonly #terminal: AgentTerminal;
  readonly #mark: SessionMark;
  readonly #mail: Mail;
  readonly #calls: Calls;
  readonly #held = new Held();
  readonly #outcomes = new Outcomes();
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #weighing: Weighing;
  /** Requests that waited for the person when an earlier server of this run ended. */
  readonly #before: ReadonlySet<string | undefined>;
  #transcript: string | undefined;
  #reports: Promise<void> = Promise.resolve();

  constructor(link: AgentLink, record: RunRecord, terminal: AgentTerminal, socket: string, signal: AbortSignal) {
    this.#link = link;
    this.#calls = new Calls(link);
    this.#record = record;
    this.#before = new Set(record.dialogs.map(({ request }) => request));
    this.#terminal = terminal;
    this.#signal = AbortSignal.any([signal, this.#closing.signal]);
    this.#weighing = new Weighing(newBelief(!record.resumed), {
      terminal,
      record,
      mail: () => this.#mail,
      report: (signals) => this.#report(signals),
      taken: () => {
        this.#letGo();
        void this.#calls.follow(this.#belief);
      },
      log: (message, details) => link.log(message, details),
      signal: this.#signal,
    });
    this.#mark = {
      folder: join(configFolder(link.env), "sessions"),
      socket,
      session: () => this.#belief.session ?? record.session,
    };
    const situation = () => ({
      phase: this.#belief.phase,
      dialog: this.#belief.dialogs.length > 0,
      socket: this.#belief.file?.socket ?? socket,
      transcript: () => this.#findTranscript(),
    });
    this.#mail = new Mail(link, record, terminal, situation, this.#signal);
  }

  get #belief(): Belief {
    return this.#weighing.belief;
  }

  /** Takes over what may run already, then follows it. Ends with the signal. */
  async begin(): Promise<void> {
    if (this.#record.begun)
      await this.#weighing.take(adopted(this.#belief, this.#record, await readSessionStatus(this.#mark)));
    const stopped = (error: unknown): void => {
      if (!this.#signal.aborted) this.#link.log("watching the agent failed", { error: String(error) });
    };
    followSessionFile(this.#mark, this.#signal, (file) => this.#weighing.look({ file })).catch(stopped);
    this.#followTitle().catch(stopped);
    this.#followExit().catch(stopped);
    const report = (signal: Signal): void => void this.#report([signal]);
    const started = (): boolean =>
      this.#belief.phase !== "starting" ||
      this.#belief.hookAt > 0 ||
      this.#belief.file !== undefined ||
      this.#belief.title !== undefined;
    watchStart({
      terminal: this.#terminal,
      started,
      report,
      log: (message) => this.#link.log(message),
      signal: this.#signal,
    }).catch(stopped);
  }

  async hook(call: HookCall): Promise<unknown> {
    const hook = readHook(call.name, call.body, call.requestId);
    let answer: object | "held" = {};
    this.#weighing.answering(1);
    try {
      if (hook.subagent === undefined) this.#transcript = hook.transcript ?? this.#transcript;
      answer = await this.#answer(hook, call);
    } catch (error) {
      // An answer that fails would paint an error on the person's screen; the agent can do without it.
      this.#link.log("a hook could not be answered", { hook: hook.name, error: String(error) });
    } finally {
      this.#weighing.answering(-1);
    }
    if (answer !== "held") return answer;
    const held = this.#held.hold(hook, call);
    // Its dialog may be over already.
    this.#letGo();
    return held;
  }

  deliver(parcels: Parcel[]): Promise<HandOver> {
    return this.#mail.deliver(parcels).finally(() => this.#weighing.check());
  }

  knows(messages: string[]): Promise<string[]> {
    return this.#mail.knows(messages);
  }

  answer(key: string, answer: Answer): Promise<void> {
    const given = async (): Promise<void> => {
      await answerDialog({ ...this.#hands(), look: () => this.#weighing.compare() }, key, answer);
      await this.#outcomes.confirm(call, answer, () => this.#belief, this.#signal);
    };
    const call = this.#belief.dialogs.find(({ item }) => item.key === key)?.call;
    return answer.kind === "deny" ? given() : this.#calls.goOn(call, given);
  }

  interrupt(): Promise<void> {
    return interruptTurn({ ...this.#hands(), file: () => readSessionStatus(this.#mark) });
  }

  evidence(): Evidence[] {
    // Of the process the core itself knows more.
    return this.#weighing.verdict.evidence.filter(({ source }) => source !== "process");
  }

  leave(): Promise<void> {
    return leaveTool(this.#terminal, this.#signal);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reports;
  }

  /** What acting on the terminal and on held requests needs. */
  #hands() {
    const belief = (): Belief => this.#belief;
    const take = (step: Step): Promise<void> => this.#weighing.take(step);
    return { terminal: this.#terminal, held: this.#held, belief, take, signal: this.#signal };
  }

  async #answer(hook: Hook, call: HookCall): Promise<object | "held"> {
    // A dialog that is open already stays the person's, whatever policy was set since (the door may repeat its request).
    const policy =
      /^(PreToolUse|PermissionRequest)$/.test(hook.name) && !this.#open(hook)
        ? policyFor(hook, (tool, subject) => this.#link.policy(tool, subject))
        : undefined;
    const reason = hook.name === "PermissionRequest" ? this.#calls.objection(hook) : undefined;
    if (hook.name === "PermissionRequest" && (policy === "deny" || (policy === "allow" && reason === undefined)))
      return decisionOf(hook, { kind: policy });
    await this.#mail.prove(hook, call);
    const context = await this.#mail.forHook(hook, call);
    if (hook.name === "UserPromptSubmit" && hook.subagent === undefined)
      await this.#record.note({ begun: true, hooks: true, failed: false });
    if (hook.name === "StopFailure" && hook.subagent === undefined)
      await this.#record.note({ begun: true, hooks: true, failed: true });
    this.#outcomes.heard(hook);
    if (hook.name !== "PreToolUse") await this.#calls.over(hook);
    await this.#weighing.take(heard(this.#belief, { ...hook, reason }, Date.now(), context !== undefined));
    if (hook.name === "SessionStart" && hook.body.source !== "compact" && hook.body.source !== "clear") {
      if (await this.#link.toolsListed(TOOLS_WAIT)) await sleep(TOOLS_SETTLE, undefined, { ref: false });
      else this.#link.log("the tool has not asked for Clustr's tools; it starts without them");
    }
    if (hook.name === "PermissionRequest") return "held";
    const objection = hook.name === "PreToolUse" && policy !== "deny" ? await this.#calls.begin(hook) : undefined;
    if (objection) return ruling(objection.decision, objection.reason);
    if (policy !== undefined) return ruling(policy);
    return context === undefined
      ? {}
      : { hookSpecificOutput: { hookEventName: hook.name, additionalContext: context } };
  }

  /** Whether a request was before the person already, to us or to the server before us. */
  #open({ request }: Hook): boolean {
    return (
      request !== undefined &&
      (this.#before.has(request) || this.#belief.dialogs.some((one) => one.request === request))
    );
  }

  /** Requests whose dialog is over go unanswered. After the end of this session they are the next one's. */
  #letGo(): void {
    if (this.#signal.aborted) return;
    const open = new Set(this.#belief.dialogs.map(({ request }) => request));
    this.#held.letGo((request) => open.has(request));
  }

  #report(signals: Signal[]): Promise<void> {
    this.#reports = this.#reports.then(async () => {
      for (const signal of signals)
        await this.#link
          .report(signal)
          .catch((error: unknown) =>
            this.#link.log("a signal could not be reported", { signal: signal.type, error: String(error) }),
          );
    });
    return this.#reports;
  }

  async #followTitle(): Promise<void> {
    for await (const title of this.#terminal.titles(this.#signal)) {
      const working = titleWorks(title);
      if (working === undefined || working === this.#belief.title?.working) continue;
      this.#weighing.look({ title: { working, since: Date.now() } });
    }
  }

  /** A tool that ends before its first prompt has said why on its screen. */
  async #followExit(): Promise<void> {
    const exit = await this.#terminal.exited(this.#signal);
    await this.#calls.end();
    this.#weighing.look({ exit: { says: [exit.code === 0 ? "idle" : "failed"], since: Date.now(), words: "ended" } });
    if (this.#record.begun) return;
    const words = await this.#terminal.screen().then(
      (screen) => tail(screen, 6),
      () => "",
    );
    const how = exit.signal === null ? `exit code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`;
    await this.#report([
      { type: "failed", reason: `Claude Code ended while starting (${how}). Its last words: ${words || "none"}` },
    ]);
  }

  async #findTranscript(): Promise<string | undefined> {
    const session = this.#belief.session ?? this.#record.session;
    this.#transcript ??=
      session === undefined ? undefined : await findTranscript(configFolder(this.#link.env), session);
    return this.#transcript;
  }
}

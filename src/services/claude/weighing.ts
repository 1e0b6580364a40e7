import type { AgentTerminal, Signal } from "../../core/ports/service.ts";
import { believe, GLANCE, SETTLE, type Verdict } from "../verdict.ts";
import type { Belief } from "./belief.ts";
import { readComposer } from "./composer.ts";
import { crossCheck } from "./cross-check.ts";
import { witnessesOf } from "./witnesses.ts";
import type { Mail } from "./mail.ts";
import { keyOf, readMenu, type Menu } from "./menu.ts";
import type { RunRecord } from "./record.ts";
import type { Step } from "./signals.ts";

/** Milliseconds after the moment at which age alone may change a verdict: timers may be early by one. */
const AFTER = 5;
/** Milliseconds after a step until what the sources say has had its time to settle. */
const SETTLED = SETTLE + 50;
/** Milliseconds between looks at an agent that waits to be woken by background work. */
const AWAITING = 60_000;

/** What weighing evidence needs of its session. */
export interface WeighedSession {
  terminal: AgentTerminal;
  record: RunRecord;
  mail: () => Mail;
  report: (signals: Signal[]) => Promise<void>;
  /** Called after each step, before it is reported. */
  taken: () => void;
  log: (message: string, details?: Record<string, unknown>) => void;
  signal: AbortSignal;
}

/** Holds what is believed of one agent, and looks at it again when evidence comes or has stood long enough. */
export class Weighing {
  belief: Belief;
  readonly #session: WeighedSession;
  /** Why the core was told that the status is not sure. */
  #doubt: string | undefined;
  /** Key of the menu on the screen when that was looked at last. */
  #menu: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer ends, in ticks of the monotonic clock. */
  #due = 0;

  constructor(belief: Belief, session: WeighedSession) {
    this.belief = belief;
    this.#session = session;
    session.signal.addEventListener("abort", () => clearTimeout(this.#timer), { once: true });
  }

  /** What follows from all sources now. */
  get verdict(): Verdict {
    return believe(witnessesOf(this.belief), Date.now());
  }

  /** One more (1) or less (-1) hook is being answered. */
  answering(change: 1 | -1): void {
    this.belief = { ...this.belief, answering: this.belief.answering + change };
  }

  /** New evidence besides hooks: what follows from it at once, and what once it has stood for a moment. */
  look(news: Pick<Partial<Belief>, "file" | "title" | "exit">): void {
    this.belief = { ...this.belief, ...news };
    if (news.file?.status === "waiting" && this.belief.phase === "idle") this.#session.mail().menuOpened();
    this.check(0);
  }

  /** Compares what the sources say after so many milliseconds, or earlier when that was asked for before. */
  check(ms = SETTLED): void {
    const due = performance.now() + ms;
    if (this.#session.signal.aborted || (this.#timer !== undefined && this.#due <= due)) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.compare().catch((error: unknown) =>
        this.#session.log("comparing evidence failed", { error: String(error) }),
      );
    }, ms);
    this.#timer.unref();
  }

  /** Compares what the sources say now. */
  async compare(): Promise<void> {
    const { record, report } = this.#session;
    const mail = this.#session.mail();
    const menu = await this.#readScreen();
    await this.take(crossCheck(this.belief, Date.now(), menu));
    const { doubt, again, status } = this.verdict;
    // While a hook is being answered the tool stands still for us: what its other sources show is of before.
    if (this.belief.answering === 0 && (doubt === undefined) !== (this.#doubt === undefined)) {
      this.#doubt = doubt;
      await report([doubt === undefined ? { type: "certain" } : { type: "doubt", why: doubt }]);
    }
    const { phase, dialogs, awaits, file } = this.belief;
    if (phase !== "starting" && !record.begun) await record.note({ begun: true, hooks: record.hooks, failed: false });
    if (phase === "idle" || !record.hooks) await mail.reconcile();
    await mail.lookBack();
    if (again !== undefined) this.check(again + AFTER);
    // The file may be ahead of the screen by a moment: what opens or closes by its account is drawn then.
    const closing = file !== undefined && file.status !== "waiting" && dialogs.some(({ at }) => file.since > at);
    if (closing || (status === "waiting" && dialogs.length === 0)) this.check(GLANCE);
    if (phase === "starting" || mail.open || dialogs.some(({ tool }) => tool === "")) this.check();
    else if (awaits) this.check(AWAITING);
  }

  /** Believes, then reports, one signal after the other across all callers. */
  async take({ belief, signals }: Step): Promise<void> {
    const { record, report, taken } = this.#session;
    const settled = belief.phase === "idle" && this.belief.phase !== "idle";
    this.belief = { ...belief, answering: this.belief.answering };
    const { again } = this.verdict;
    if (settled || this.#doubt !== undefined || belief.phase === "starting") this.check();
    if (again !== undefined) this.check(again + AFTER);
    taken();
    if (this.#doubt !== undefined && signals.some(({ type }) => /^(working|idle|turn_failed|failed)$/.test(type))) {
      this.#doubt = undefined;
      await report([{ type: "certain" }]);
    }
    if (signals.length > 0) await report(signals);
    const { session = record.session, dialogs } = this.belief;
    if (session === record.session && JSON.stringify(dialogs) === JSON.stringify(record.dialogs)) return;
    Object.assign(record, { session, dialogs });
    await record.save();
  }

  /**
   * Looks at the screen where it can settle something: a dialog that is known, or is said to be there, and is not. Returns
   * the menu of a dialog no hook told of, once two looks in a row have shown the same.
   */
  async #readScreen(): Promise<Menu | undefined> {
    const { dialogs, file } = this.belief;
    const told = dialogs.some(({ tool }) => tool !== "");
    const answered = dialogs.some(({ givenAt }) => givenAt !== undefined);
    if (file === undefined || (file.status === "waiting" ? told && !answered : dialogs.length === 0)) {
      this.belief = { ...this.belief, screen: undefined };
      this.#menu = undefined;
      return undefined;
    }
    const now = Date.now();
    const shown = await this.#session.terminal.screen();
    const menu = readMenu(shown);
    const dialog = menu !== undefined ? true : readComposer(shown) !== undefined ? false : undefined;
    const { screen: before } = this.belief;
    const screen = before?.dialog === dialog ? before : dialog === undefined ? undefined : { dialog, since: now };
    this.belief = { ...this.belief, screen };
    const key = told || menu === undefined ? undefined : keyOf(menu);
    const same = key === this.#menu;
    this.#menu = key;
    return same && key !== undefined ? menu : undefined;
  }
}

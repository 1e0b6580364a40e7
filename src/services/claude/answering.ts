import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";
import type { AgentTerminal } from "../../core/ports/service.ts";
import { objectOf } from "../json.ts";
import { until } from "../until.ts";
import { askedOf, questionsOf } from "./asking.ts";
import type { Belief, Dialog } from "./belief.ts";
import { decisionOf, wordsOf } from "./decisions.ts";
import type { Held } from "./held.ts";
import { text } from "./hooks.ts";
import { keyOf, readMenu, takeRow, type Menu } from "./menu.ts";
import type { Step } from "./signals.ts";

/** Milliseconds the door may take to ask again for a request that was held when the server restarted. */
const COMES_AGAIN = 2_000;
/** Milliseconds an answer may take to show its effect. */
const EFFECT = 8_000;
/** Milliseconds between looks for either. */
const LOOK = 50;

/** What answering needs of its session. */
export interface AnsweringSession {
  terminal: AgentTerminal;
  held: Held;
  belief: () => Belief;
  take: (step: Step) => Promise<void>;
  /** Looks at the evidence now. */
  look: () => Promise<void>;
  signal: AbortSignal;
}

/** As `AgentSession.answer`. */
export async function answerDialog(session: AnsweringSession, key: string, answer: Answer): Promise<void> {
  const find = (): Dialog | undefined => session.belief().dialogs.find(({ item }) => item.key === key);
  const dialog = find();
  if (dialog === undefined) return answerStart(session, key, answer);
  if (dialog.answeredAt !== undefined) throw new ClustrError("conflict", "it was answered already");
  const change = async (news: Partial<Dialog>, told = false): Promise<void> => {
    const belief = session.belief();
    const dialogs = belief.dialogs.map((one) => (one.item.key === key ? { ...one, ...news } : one));
    const [first] = dialogs;
    await session.take({
      belief: { ...belief, dialogs },
      signals: told && first !== undefined ? [{ type: "attention", item: first.item }] : [],
    });
  };
  // Marked before anything waits: of two answers the first wins.
  await change({ answeredAt: Date.now() });
  try {
    if (await nextQuestion(session, dialog, answer, change)) return;
    await give(session, dialog, answer, () => change({ givenAt: Date.now() }));
    // Not at once: a dialog that is not drawn yet would pass for one that has gone.
    await sleep(LOOK, undefined, { signal: session.signal });
    const gone = async (): Promise<boolean> => {
      if (find() !== undefined) await session.look();
      return find() === undefined;
    };
    if (!(await until(gone, { withinMs: EFFECT, everyMs: LOOK, signal: session.signal })))
      throw new ClustrError("unavailable", "the tool did not react to it");
  } catch (error) {
    await change({ answeredAt: undefined, givenAt: undefined });
    throw error;
  }
}

/** Screens before the session are no dialogs of a turn; what was asked of the person is their menu. */
async function answerStart({ terminal, belief, signal }: AnsweringSession, key: string, answer: Answer): Promise<void> {
  const menu = belief().phase === "starting" ? readMenu(await terminal.screen()) : undefined;
  if (menu === undefined || keyOf(menu) !== key || answer.kind !== "option")
    throw new ClustrError("conflict", "it is not open any more");
  if (!(await takeRow(terminal, key, answer.index, signal)))
    throw new ClustrError("unavailable", "its dialog did not take the answer");
}

/** Of several questions in one call the next is asked; the tool hears of them when all are answered. */
async function nextQuestion(
  session: AnsweringSession,
  dialog: Dialog,
  answer: Answer,
  change: (news: Partial<Dialog>, told: boolean) => Promise<void>,
): Promise<boolean> {
  const hook = session.held.request(dialog.request);
  if (hook === undefined || (answer.kind !== "option" && answer.kind !== "text")) return false;
  const given = [...(dialog.given ?? []), wordsOf(answer)];
  if (given.length >= questionsOf(objectOf(hook.body.tool_input)).length) return false;
  const first = dialog.request ?? dialog.call ?? "";
  await change({ given, item: askedOf(hook, first, given), answeredAt: undefined }, true);
  return true;
}

/** `begin` marks at once that something reaches the tool: what changes from then on may be the answer's effect. */
async function give(
  session: AnsweringSession,
  dialog: Dialog,
  answer: Answer,
  begin: () => Promise<void>,
): Promise<void> {
  const { held, terminal, signal } = session;
  if (dialog.request !== undefined) {
    await until(() => held.request(dialog.request) !== undefined, { withinMs: COMES_AGAIN, everyMs: LOOK, signal });
    const hook = held.request(dialog.request);
    if (hook !== undefined) {
      // In one go: what is marked as given may make way for the next request at any moment, and its hook with it.
      const begun = begin();
      held.answer(dialog.request, decisionOf(hook, answer, dialog.given));
      return begun;
    }
  }
  const menu = readMenu(await terminal.screen());
  const row = menu === undefined ? -1 : rowFor(menu, dialog, answer);
  if (menu === undefined || row < 0)
    throw new ClustrError("unavailable", "it can be answered only in the agent's terminal now");
  await begin();
  if (!(await takeRow(terminal, keyOf(menu), row, signal)))
    throw new ClustrError("unavailable", "its dialog did not take the answer");
}

/** The row of a menu that says what a person answered; -1 when it is another dialog's menu, or no row says just that. */
function rowFor(menu: Menu, dialog: Dialog, answer: Answer): number {
  if (dialog.tool === "") return answer.kind === "option" && keyOf(menu) === dialog.item.key ? answer.index : -1;
  if (!isAbout(menu, dialog)) return -1;
  // Rows to tick are no rows to take: several can be given through the hook only.
  if (answer.kind === "option") return answer.more === undefined ? menu.rows.indexOf(answer.label) : -1;
  if (answer.kind === "allow") return menu.rows.findIndex((row) => row === "Yes");
  if (answer.kind === "deny" && answer.reason === undefined) return menu.rows.findIndex((row) => /^No\b/.test(row));
  return -1;
}

/**
 * Whether the menu is the dialog's: it shows the whole command, address or question the person was asked. An edit is not
 * told apart that way (the screen shows a part of it), nor is what is longer than the screen.
 */
function isAbout(menu: Menu, dialog: Dialog): boolean {
  const input = objectOf(JSON.parse(dialog.input));
  const what = text(input.command) ?? text(input.url) ?? questionsOf(input)[dialog.given?.length ?? 0]?.question;
  // The screen wraps lines anywhere, so only the letters are compared.
  const letters = (value: string): string => value.replaceAll(/\s+/g, "");
  return text(what) !== undefined && letters(menu.text).includes(letters(what ?? ""));
}

import type { AnswerKind, Attention } from "../../contract/agent.ts";
import type { Output } from "../../contract/operation.ts";
import type { Operations } from "../../contract/operations.ts";
import type { Policy } from "../../contract/policy.ts";
import { ago, firstLine, plain, type Style } from "./style.ts";
import { table } from "./table.ts";

/** Lines of a detail that are shown; a change of a whole file would hide the item below it. */
const LINES = 40;

/** Everything that waits for a person, each with its exact detail and a command that answers it. */
export function showAttention(items: Attention[], style: Style): string {
  if (items.length === 0) return "Nothing waits for you.";
  return items.map((item) => showItem(item, style)).join("\n\n");
}

/** One item, after something was done to it. */
export function showItem(item: Attention, style: Style): string {
  const { id, agent, kind, title, detail, options, since, answered, problem, snoozed } = item;
  const head = `${style.paint("bold", agent)}  ${style.paint("yellow", `▲ ${kind}`)}  ${style.paint("dim", `${ago(since, style.now)}  ${id}`)}`;
  const lines = [head, ...indented(title, 2)];
  if (detail !== undefined && detail !== title) {
    const all = indented(detail, 4);
    lines.push(...all.slice(0, LINES));
    if (all.length > LINES) lines.push(style.paint("dim", `    … ${all.length - LINES} more lines; --json has all`));
  }
  for (const [index, { label, description }] of options.entries())
    lines.push(`  ${index + 1}  ${plain(label)}${description ? style.paint("dim", `  ${plain(description)}`) : ""}`);
  if (problem !== undefined) lines.push(`  ${style.paint("red", `The last answer had no effect: ${plain(problem)}`)}`);
  if (snoozed !== undefined)
    lines.push(style.paint("dim", `  Put aside ${untilOf(snoozed)}; clustr wake ${id} brings it back.`));
  lines.push(answered ? "  An answer is being carried out." : `  ${howToAnswer(item, style)}`);
  return lines.join("\n");
}

function untilOf(snoozed: string): string {
  return snoozed === "news" ? "until something new of its agent" : `until ${new Date(snoozed).toLocaleTimeString()}`;
}

/** What was answered lately, the latest last. */
export function showHandled(answers: Output<Operations["attention.handled"]>, style: Style): string {
  if (answers.length === 0) return "Nothing was answered yet.";
  const rows = answers.map(({ at, agent, title, detail, by, answer, words, problem }) => [
    ago(at, style.now),
    plain(agent),
    firstLine(detail ?? title),
    firstLine(words === undefined ? answer : answer === "deny" ? `deny: ${words}` : words),
    problem === undefined ? by : `${by}, without effect`,
  ]);
  return table(style, ["WHEN", "AGENT", "WHAT", "ANSWER", "BY"], rows);
}

/** A command that answers an item, alone on its line to be copied, and below it what else the item takes. */
export function howToAnswer({ id, agent, answers, options, several }: Attention, style?: Style): string {
  const [first] = answers;
  if (first === undefined) return `clustr attach ${agent}\n  (it takes an answer only in its terminal)`;
  const words: Record<AnswerKind, string> = {
    allow: "allow",
    always: "always",
    deny: 'deny --reason "…"',
    option: "1",
    text: '"your words"',
  };
  const others = answers.slice(1).map((kind) => words[kind]);
  if (first === "option" && options.length > 1) others.unshift(options.length === 2 ? "2" : `2 to ${options.length}`);
  if (first === "option" && several === true && options.length > 1) others.unshift("several as 1,2");
  const command = `clustr answer ${id} ${words[first]}`;
  if (others.length === 0) return command;
  const rest = `(or: ${others.join(", ")})`;
  return `${command}\n  ${style?.paint("dim", rest) ?? rest}`;
}

/** What was answered, in a line. */
export function showAnswered({ id, agent, answer }: { id: string; agent: string; answer: string }): string {
  return `${id} is answered: ${answer}. ${agent} goes on.`;
}

/** Why an agent has its status. */
export function showExplanation(
  { name, status, sure, since, evidence }: Output<Operations["agent.explain"]>,
  style: Style,
): string {
  const head = `${style.paint("bold", name)} is ${status}${sure ? "" : ", but its sources disagree: the last believed status stands"}, since ${ago(since, style.now)}.`;
  if (evidence.length === 0) return `${head}\nNo source tells anything about it now.`;
  const rows = evidence.map(({ source, says, at, detail }) => [
    source,
    plain(says),
    at === undefined ? "" : ago(at, style.now),
    detail === undefined ? "" : plain(detail).replaceAll("\n", " "),
  ]);
  return `${head}\n\n${table(style, ["SOURCE", "SAYS", "SINCE", "DETAIL"], rows)}`;
}

/** A table of policies. */
export function showPolicies(policies: Policy[], style: Style): string {
  if (policies.length === 0)
    return "No policies: each agent's autonomy decides. Set one with: clustr policy set deny Bash 'git push*'";
  const rows = policies.map(({ id, decision, tool, pattern }) => [id, decision, plain(tool), plain(pattern ?? "*")]);
  return table(style, ["ID", "DECISION", "TOOL", "USED ON"], rows);
}

/** A policy that was just set, in a line. */
export function showPolicy({ id, decision, tool, pattern }: Policy): string {
  return `${id}: ${decision} ${plain(tool)}${pattern === undefined ? "" : ` on ${plain(pattern)}`}, from now on`;
}

function indented(text: string, by: number): string[] {
  return plain(text)
    .trimEnd()
    .split("\n")
    .map((line) => `${" ".repeat(by)}${line}`.trimEnd());
}

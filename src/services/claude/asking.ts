import type { Asked } from "../../core/ports/service.ts";
import { objectOf } from "../json.ts";
import { cut, oneLine } from "../words.ts";
import { describeCall, text, type Hook } from "./hooks.ts";

/** A question the model asks with its AskUserQuestion tool. */
export interface Question {
  question: string;
  options: { label: string; description?: string }[];
  several: boolean;
}

/** What a permission request asks of a person. `given`: answers to the first of its questions. */
export function askedOf(hook: Hook, key: string, given: readonly string[] = []): Asked {
  const input = objectOf(hook.body.tool_input);
  if (hook.body.tool_name === "AskUserQuestion") return question(questionsOf(input), key, given);
  if (hook.body.tool_name === "ExitPlanMode")
    return {
      kind: "question",
      title: "The agent asks you to approve its plan",
      detail: cut(text(input.plan) ?? "It shows the plan in its terminal."),
      key,
      answers: ["allow", "deny"],
    };
  const scope = suggestionsOf(hook).map(inWords).join(", ");
  const content = cut(contentOf(text(hook.body.tool_name) ?? "", input));
  const detail = hook.reason === undefined ? content : `${content}\n\n${hook.reason}`;
  return {
    kind: "permission",
    title: `Allow ${describeCall(hook)}?`,
    detail: scope === "" ? detail : `${detail}\n\n("always" means, for the rest of this run: ${scope})`,
    key,
    answers: scope === "" ? ["allow", "deny"] : ["allow", "always", "deny"],
  };
}

function question(questions: Question[], key: string, given: readonly string[]): Asked {
  const asked = questions[given.length];
  if (asked === undefined)
    return { kind: "question", title: "The agent asks you something", key, answers: ["deny", "text"] };
  const place = questions.length > 1 ? ` (${given.length + 1} of ${questions.length})` : "";
  return {
    kind: "question",
    title: `${oneLine(asked.question, 200)}${place}`,
    detail: cut(asked.question),
    options: asked.options,
    ...(asked.several ? { several: true } : {}),
    key: given.length === 0 ? key : `${key}#${given.length + 1}`,
    answers: asked.options.length > 0 ? ["option", "text", "deny"] : ["text", "deny"],
  };
}

/** The questions in the input of an AskUserQuestion call, in order; none when it is another tool's. */
export function questionsOf(input: Record<string, unknown>): Question[] {
  const asked = Array.isArray(input.questions) ? input.questions.map(objectOf) : [];
  return asked.map((one) => ({
    question: text(one.question) ?? "",
    several: one.multiSelect === true,
    options: (Array.isArray(one.options) ? one.options : []).flatMap((option) => {
      const { label, description } = objectOf(option);
      const name = text(label);
      const more = text(description);
      return name === undefined ? [] : [{ label: name, ...(more === undefined ? {} : { description: more }) }];
    }),
  }));
}

/**
 * What "always" sets: what the tool itself suggests. For a command it may suggest more than its like (a mode in which all
 * edits pass); then it is that very command.
 */
export function suggestionsOf(hook: Hook): Record<string, unknown>[] {
  const { permission_suggestions: suggested, tool_name: toolName } = hook.body;
  const all = Array.isArray(suggested) ? suggested.map(objectOf) : [];
  const command = text(objectOf(hook.body.tool_input).command);
  if (command === undefined || all.length === 0) return all;
  const rules = all.filter(({ type }) => type === "addRules");
  return rules.length > 0
    ? rules
    : [{ type: "addRules", behavior: "allow", rules: [{ toolName, ruleContent: command }] }];
}

function inWords(suggestion: Record<string, unknown>): string {
  if (suggestion.type === "setMode") return `permission mode ${String(suggestion.mode)}`;
  const rules = Array.isArray(suggestion.rules) ? suggestion.rules.map(objectOf) : [];
  const folders = Array.isArray(suggestion.directories) ? suggestion.directories.map(String) : [];
  const named = rules.map(({ toolName, ruleContent }) =>
    text(ruleContent) === undefined ? String(toolName) : `${String(toolName)}(${String(ruleContent)})`,
  );
  return [...named, ...folders].join(", ") || String(suggestion.type);
}

/** The exact thing a call would do, as a person reads it. */
function contentOf(tool: string, input: Record<string, unknown>): string {
  const path = text(input.file_path) ?? text(input.notebook_path);
  const lines = (sign: string, value: unknown): string[] =>
    typeof value === "string" && value !== "" ? value.split("\n").map((line) => `${sign}${line}`) : [];
  if (text(input.command) !== undefined) return String(input.command);
  if (tool === "Edit" && path !== undefined)
    return [path, ...lines("-", input.old_string), ...lines("+", input.new_string)].join("\n");
  if (tool === "Write" && path !== undefined) return [path, ...lines("+", input.content)].join("\n");
  return JSON.stringify(input, null, 2);
}

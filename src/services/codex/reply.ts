import type { Answer } from "../../contract/attention.ts";
import { ClustrError } from "../../contract/error.ts";
import { fieldsOf, choicesOf, isToolApproval } from "./form.ts";
import type { ApprovalDecision, Question, Questions, Replies } from "./protocol.ts";

/**
 * What to tell Codex so that a person's answer comes true. `always` holds until the agent's server ends: the lasting
 * rules Codex offers besides would be written into the person's own configuration.
 * @throws ClustrError `invalid` when the question cannot be answered that way.
 */
export function replyTo(question: Question, answer: Answer): Replies[Question["method"]] {
  switch (question.method) {
    case "item/commandExecution/requestApproval":
    case "item/fileChange/requestApproval":
      return { decision: decisionOf(answer) };
    case "item/permissions/requestApproval": {
      const decision = decisionOf(answer);
      const asked = Object.entries(question.params.permissions).filter(([, value]) => value !== null);
      return {
        permissions: decision === "decline" ? {} : Object.fromEntries(asked),
        scope: decision === "acceptForSession" ? "session" : "turn",
      };
    }
    case "item/tool/requestUserInput":
      return { answers: answersTo(question.params.questions, answer) };
    case "mcpServer/elicitation/request":
      return formReply(question.params, answer);
  }
}

function decisionOf({ kind }: Answer): ApprovalDecision {
  const decision = { allow: "accept", always: "acceptForSession", deny: "decline", option: undefined, text: undefined };
  return (decision[kind] as ApprovalDecision | undefined) ?? misfit("allow, always or deny");
}

/** Several questions at once are answered by as many lines. */
function answersTo(
  questions: Questions["item/tool/requestUserInput"]["questions"],
  answer: Answer,
): Replies["item/tool/requestUserInput"]["answers"] {
  if (answer.kind !== "option" && answer.kind !== "text") return misfit("an option or a text");
  const text = answer.kind === "option" ? answer.label : answer.text;
  const lines = questions.length > 1 ? text.split("\n").filter((line) => line.trim() !== "") : [text];
  if (lines.length !== questions.length) return misfit(`${questions.length} lines, one for each question`);
  return Object.fromEntries(questions.map(({ id }, at) => [id, { answers: [(lines[at] ?? "").trim()] }]));
}

function formReply(
  form: Questions["mcpServer/elicitation/request"],
  answer: Answer,
): Replies["mcpServer/elicitation/request"] {
  if (answer.kind === "deny") return { action: "decline", content: null, _meta: null };
  const [field, ...more] = fieldsOf(form);
  if (!field) {
    const always = answer.kind === "always";
    if (answer.kind !== "allow" && !(always && isToolApproval(form._meta))) return misfit("allow or deny");
    return { action: "accept", content: {}, _meta: always ? { persist: "session" } : null };
  }
  if (more.length > 0) return misfit("deny from here: the form has several fields, fill it in in the agent's terminal");
  if (answer.kind !== "option" && answer.kind !== "text") return misfit("an option or a text");
  const [name, { type }] = field;
  const said = answer.kind === "option" ? answer.label : answer.text;
  const choices = choicesOf(field[1]);
  const value = choices ? choices.find(({ label }) => label === said)?.value : valueOf(type, said);
  if (value === undefined) return misfit(choices ? "one of its options" : `a ${type ?? "text"}`);
  return { action: "accept", content: { [name]: value }, _meta: null };
}

function valueOf(type: string | undefined, text: string): string | number | undefined {
  if (type !== "number" && type !== "integer") return text;
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) || (type === "integer" && !Number.isInteger(value))
    ? undefined
    : value;
}

function misfit(how: string): never {
  throw new ClustrError("invalid", `This question takes ${how}. Nothing was answered; it is still open.`);
}

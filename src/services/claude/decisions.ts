import type { Answer } from "../../contract/attention.ts";
import { objectOf } from "../json.ts";
import { questionsOf, suggestionsOf } from "./asking.ts";
import type { Hook } from "./hooks.ts";

/** What the model reads when a person says no without a word. */
const NO = "The person answered no.";

/** The answer to a permission request's hook that carries out what a person (or a policy) decided. */
export function decisionOf(hook: Hook, answer: Answer, given: readonly string[] = []): object {
  const input = objectOf(hook.body.tool_input);
  switch (answer.kind) {
    case "deny":
      return decision({ behavior: "deny", message: answer.reason ?? NO });
    case "always":
      return decision({
        behavior: "allow",
        updatedPermissions: suggestionsOf(hook).map((one) => ({ ...one, destination: "session" })),
      });
    case "option":
    case "text": {
      const said = [...given, wordsOf(answer)];
      const answers = Object.fromEntries(questionsOf(input).map(({ question }, at) => [question, said[at] ?? ""]));
      return decision({ behavior: "allow", updatedInput: { ...input, answers } });
    }
    case "allow":
      // Tools that ask the person themselves take a plain yes for none; the input makes it an answer.
      return decision(
        hook.body.tool_name === "ExitPlanMode" ? { behavior: "allow", updatedInput: input } : { behavior: "allow" },
      );
  }
}

/** Refuses the call and ends the turn, as Esc in the dialog would. */
export function refusal(): object {
  return decision({ behavior: "deny", message: "The person stopped the turn.", interrupt: true });
}

/** An option or a text in the words the model reads. */
export function wordsOf(answer: Answer): string {
  // Several are told as the tool itself does.
  if (answer.kind === "option") return [answer, ...(answer.more ?? [])].map(({ label }) => label).join(", ");
  return answer.kind === "text" ? answer.text : "";
}

function decision(value: Record<string, unknown>): object {
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: value } };
}

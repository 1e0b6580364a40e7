/** A tool call of a scripted model, in the words of Claude Code. */
interface Call {
  call: string;
  args: Record<string, unknown>;
}

/** Runs a shell command; `more` sets further fields, such as `run_in_background`. */
export function bash(command: string, more: object = {}): Call {
  return { call: "Bash", args: { command, description: "a step", ...more } };
}

/** Asks the person questions such as `COLOUR`. */
export function ask(...questions: object[]): Call {
  return { call: "AskUserQuestion", args: { questions } };
}

/** A question with two options. */
export const COLOUR = {
  question: "Which colour?",
  header: "Colour",
  multiSelect: false,
  options: [
    { label: "Red", description: "the warm one" },
    { label: "Blue", description: "the cold one" },
  ],
};

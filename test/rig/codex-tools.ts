/** A tool call of a scripted model, in the words of Codex; the rig makes a script of it for models that work through `exec`. */
interface Call {
  call: string;
  args: Record<string, unknown>;
}

/** Runs a shell command; `more` sets further fields, such as `yield_time_ms`. */
export function shell(cmd: string, more: object = {}): Call {
  return { call: "exec_command", args: { cmd, ...more } };
}

/** Wants to run one outside the sandbox: it is asked for. */
export function escalated(cmd: string): Call {
  return shell(cmd, { sandbox_permissions: "require_escalated", justification: "it must" });
}

/** Applies a patch, given without its first and last line. */
export function patch(...lines: string[]): Call {
  return shell(`apply_patch <<'END-OF-PATCH'\n*** Begin Patch\n${lines.join("\n")}\n*** End Patch\nEND-OF-PATCH`);
}

/** Asks the person questions such as `COLOUR`. */
export function ask(...questions: object[]): Call {
  return { call: "request_user_input", args: { questions } };
}

/** A question with two options. */
export const COLOUR = {
  id: "colour",
  header: "Colour",
  question: "Which colour?",
  options: [
    { label: "red", description: "the warm one" },
    { label: "blue", description: "the cold one" },
  ],
};
